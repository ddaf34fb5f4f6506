using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Strava.ServiceDefaults.Json;

/// <summary>A JSON fault as a sentence with its path and line. The serializer's own text names our C# types, so it is not passed on.</summary>
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

        // The converters of ours speak in sentences; what comes from the reader is about the text, without types.
        return message.StartsWith("This ", StringComparison.Ordinal)
            || message.StartsWith("The number ", StringComparison.Ordinal)
            || message.StartsWith("The text ", StringComparison.Ordinal)
            || message.StartsWith("A ", StringComparison.Ordinal)
                ? Sentence(message)
                : message.Contains("could not be converted", StringComparison.Ordinal)
                    ? "the value is of the wrong kind."
                    : "this is not valid JSON.";
    }

    private static string Sentence(string message)
    {
        var end = message.IndexOf(" Path: ", StringComparison.Ordinal);
        var text = end < 0 ? message : message[..end];
        return char.ToLowerInvariant(text[0]) + text[1..];
    }

    [GeneratedRegex("missing required properties including: (?<names>[^|]*?)(?: Path: .*)?$")]
    private static partial Regex Missing();
}
