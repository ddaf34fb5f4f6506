using System.Globalization;

namespace Strava.Inputs;

/// <summary>What was counted, for <c>make test-input</c>.</summary>
internal static class Figures
{
    public static int Cases { get; set; }

    public static int WrongStatus { get; set; }

    public static int ServerErrors { get; set; }

    public static int NotProblems { get; set; }

    public static int Stored { get; set; }

    /// <summary>Also appended to the file that STRAVA_FIGURES names: a test runner keeps to itself what passing tests say.</summary>
    public static async Task TellAsync()
    {
        var lines = string.Create(
            CultureInfo.InvariantCulture,
            $"""
             figure input.cases {Cases} cases
             figure input.wrong_status {WrongStatus} cases
             figure input.server_errors {ServerErrors} cases
             figure input.no_problem_body {NotProblems} cases
             figure input.left_behind {Stored} cases

             """);
        await TestContext.Progress.WriteAsync(lines);
        if (Environment.GetEnvironmentVariable("STRAVA_FIGURES") is { Length: > 0 } file)
        {
            await File.AppendAllTextAsync(file, lines);
        }
    }
}
