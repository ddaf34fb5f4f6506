using System.Text.Json;
using Strava.Inputs.Cases;
using Strava.Testing;

namespace Strava.Inputs;

/// <summary>Every class of bad input through the gateway: refused as a problem, nothing stored, never a 5xx.</summary>
[Category("EndToEnd")]
public sealed class BadInputTests
{
    private static readonly string[] Sentences = ["type", "title", "detail", "instance", "code", "traceId"];

    /// <summary>What only somebody who looks inside would say: stack traces, types, SQL.</summary>
    private static readonly string[] Inner = ["   at ", "System.", "Npgsql", "Exception", "SELECT ", "INSERT "];

    public static IEnumerable<TestCaseData> All()
    {
        InputCase[] cases =
        [
            .. BodyCases.All(), .. PointCases.All(), .. ActivityCases.All(), .. RecordingCases.All(), .. ImportCases.All(),
            .. ReadCases.All(), .. ClubCases.All(), .. ChallengeCases.All(), .. SegmentCases.All(), .. AthleteCases.All(), .. IdentityCases.All(),
            .. ProtocolCases.All(),
        ];
        return cases.Select((one, i) => new TestCaseData(one) { TestName = $"{i:000} {one}" });
    }

    [TestCaseSource(nameof(All))]
    public async Task It_is_answered_as_the_API_says(InputCase one)
    {
        Figures.Add("input.cases", "cases");
        var before = await Stored.NowAsync();
        var answer = await Sender.SendAsync(one);

        var isRight = one.Statuses.Contains(answer.Status);
        var isProblem = !one.IsProblem || answer.Status < 400 || IsProblem(answer, one.Code);
        Figures.Judge("input.wrong_status", "cases", isRight);
        // 505 is what HTTP 9.9 asks for; any other 5xx is no right answer in any case.
        Figures.Judge("input.server_errors", "cases", isRight || answer.Status is not (>= 500 or 0));
        Figures.Judge("input.no_problem_body", "cases", isProblem);
        Assert.Multiple(() =>
        {
            Assert.That(isRight, $"{answer.Status} and not {string.Join(" or ", one.Statuses)}: {answer.Text}");
            Assert.That(isProblem, $"no problem with code {one.Code}: {answer.MediaType} {answer.Text}");
        });
        if (one.IsRefused)
        {
            var after = await Stored.NowAsync();
            Figures.Judge("input.left_behind", "cases", after == before);
            Assert.That(after, Is.EqualTo(before));
        }
    }

    private static bool IsProblem(Answer answer, string? code)
    {
        if (answer.MediaType != "application/problem+json")
        {
            return false;
        }

        // A bare answer comes with its head, and in chunks.
        if (answer.Text.StartsWith("HTTP/", StringComparison.Ordinal))
        {
            return answer.Text.Contains("\"code\"", StringComparison.Ordinal);
        }

        var problem = JsonDocument.Parse(answer.Text).RootElement;
        return problem.GetProperty("status").GetInt32() == answer.Status
            && Array.TrueForAll(Sentences, name => problem.TryGetProperty(name, out var text) && text.GetString() is { Length: > 0 })
            && problem.GetProperty("type").GetString() == $"/problems/{problem.GetProperty("code").GetString()}"
            && problem.TryGetProperty("retryable", out var retryable) && retryable.ValueKind is JsonValueKind.False or JsonValueKind.True
            && !Array.Exists(Inner, word => answer.Text.Contains(word, StringComparison.Ordinal))
            && (code is null || problem.GetProperty("code").GetString() == code);
    }
}
