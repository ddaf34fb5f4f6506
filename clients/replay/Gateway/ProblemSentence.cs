using System.Text.Json;

namespace Strava.Replay.Gateway;

/// <summary>Turns a problem document (RFC 9457) into what a person reads.</summary>
internal static class ProblemSentence
{
    private const int MostSentences = 3;

    public static string From(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object ? From(document.RootElement) : Shorten(body);
        }
        catch (JsonException)
        {
            return Shorten(body);
        }
    }

    private static string From(JsonElement problem)
    {
        var sentence = Text(problem, "detail") ?? Text(problem, "title") ?? "It gave no reason.";
        if (!problem.TryGetProperty("errors", out var errors) || errors.ValueKind != JsonValueKind.Object)
        {
            return sentence;
        }

        var details = errors.EnumerateObject()
            .Where(field => field.Value.ValueKind == JsonValueKind.Array)
            .SelectMany(field => field.Value.EnumerateArray().Select(text => $"{field.Name}: {text}"))
            .Where(text => !text.EndsWith(sentence, StringComparison.Ordinal))
            .Take(MostSentences);
        return string.Join(" ", details.Prepend(sentence));
    }

    private static string? Text(JsonElement problem, string name) =>
        problem.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    private static string Shorten(string body) =>
        body.Length == 0 ? "It gave no reason." : body[..Math.Min(body.Length, 300)];
}
