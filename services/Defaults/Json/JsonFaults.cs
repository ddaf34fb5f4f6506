using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Strava.ServiceDefaults.Json;

/// <summary>
/// A JSON fault as a sentence with its path and line. The serializer's own text names our C# types, so it is not
/// passed on.
/// </summary>
internal static partial class JsonFaults
{
    public static ProblemHttpResult ToProblem(JsonException exception)
    {
        var path = exception.Path is { Length: > 0 } given ? given : "$";
        var line = exception.LineNumber is { } zeroBased ? $"line {zeroBased + 1}" : "an unknown line";
        var sentence = $"At {path}, {line}: {Reason(exception)}";
        return exception is ImpossibleJsonException
            ? Problems.Impossible(path, sentence)
            : Problems.Malformed(path, sentence, "malformed-json");
    }

    private static string Reason(JsonException exception)
    {
        var message = exception.Message;
        if (message.StartsWith("The JSON property ", StringComparison.Ordinal))
        {
            return "this member is unknown.";
        }

        if (message.StartsWith("Duplicate ", StringComparison.Ordinal))
        {
            return "a member is given twice.";
        }

        if (Missing().Match(message) is { Success: true } missing)
        {
            return $"required, but missing: {missing.Groups["names"].Value.TrimEnd('.')}.";
        }

        if (message.Contains("null", StringComparison.Ordinal) && message.Contains("allow", StringComparison.Ordinal))
        {
            return "null is not allowed here.";
        }

        // A fault of the reader itself comes wrapped; what a converter throws is a sentence of ours, unless it names
        // a type.
        return exception.InnerException is JsonException
            ? "this is not valid JSON."
            : NamesType().IsMatch(message)
                ? "the value is of the wrong kind or an unknown word."
                : Sentence(message);
    }

    private static string Sentence(string message)
    {
        var end = message.IndexOf(" Path: ", StringComparison.Ordinal);
        var text = end < 0 ? message : message[..end];
        return char.ToLowerInvariant(text[0]) + text[1..];
    }

    [GeneratedRegex(@"could not be converted|System\.|Strava\.|type '")]
    private static partial Regex NamesType();

    [GeneratedRegex("missing required properties including: (?<names>[^|]*?)(?: Path: .*)?$")]
    private static partial Regex Missing();
}
