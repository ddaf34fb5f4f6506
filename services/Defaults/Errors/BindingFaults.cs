using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Strava.ServiceDefaults.Json;

namespace Strava.ServiceDefaults.Errors;

/// <summary>
/// What the framework says when a request does not bind, in a caller's words: no C# types, no parameter lists.
/// </summary>
internal static partial class BindingFaults
{
    private const int MaxQuotedLength = 100;

    public static ProblemHttpResult ToProblem(BadHttpRequestException exception)
    {
        if (exception.InnerException is JsonException json)
        {
            return JsonFaults.ToProblem(json);
        }

        return exception.StatusCode switch
        {
            StatusCodes.Status400BadRequest => Unreadable(exception.Message),
            StatusCodes.Status413PayloadTooLarge => Problems.TooLarge("The body is larger than this address takes."),
            StatusCodes.Status415UnsupportedMediaType => Problems.UnsupportedMediaType(
                "This address does not read that Content-Type."),
            var status => Problems.Create(
                status,
                ProblemTypes.CodeOf(status),
                $"{ProblemTypes.TitleOf(status)}.",
                ProblemTypes.IsRetryable(status)),
        };
    }

    private static ProblemHttpResult Unreadable(string message)
    {
        if (NotBound().Match(message) is { Success: true } notBound)
        {
            var name = notBound.Groups["name"].Value;
            var value = notBound.Groups["value"].Value;
            return Problems.Malformed(
                name, $"'{value[..Math.Min(value.Length, MaxQuotedLength)]}' is no value for '{name}'.");
        }

        if (NotGiven().Match(message) is { Success: true } notGiven)
        {
            var name = notGiven.Groups["name"].Value;
            var isBody = message.Contains("body", StringComparison.Ordinal);
            return isBody
                ? Problems.Malformed("body", "A body is required.")
                : Problems.Malformed(name, $"'{name}' is required.");
        }

        // Our own BindAsync methods throw whole sentences as "field: sentence"; anything else is Kestrel's and kept
        // general.
        return OurOwn().Match(message) is { Success: true } own
            ? Problems.Malformed(own.Groups["name"].Value, own.Groups["sentence"].Value)
            : Problems.Malformed("request", "The request cannot be read.");
    }

    [GeneratedRegex("""^Failed to bind parameter "(?:\S+ )?(?<name>\w+)" from "(?<value>(?s:.*))"\.$""")]
    private static partial Regex NotBound();

    [GeneratedRegex("""parameter "(?:\S+ )?(?<name>\w+)".* (?:not provided|no body)""")]
    private static partial Regex NotGiven();

    [GeneratedRegex(@"^(?<name>[a-z]\w*): (?<sentence>.+\.)$")]
    private static partial Regex OurOwn();
}
