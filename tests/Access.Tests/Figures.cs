using System.Globalization;

namespace Strava.Access;

/// <summary>What was counted, for <c>make test-access</c>.</summary>
internal static class Figures
{
    public static int Operations { get; set; }

    public static int Cells { get; set; }

    public static int Wrong { get; set; }

    public static int Tokens { get; set; }

    public static int TokensWrong { get; set; }

    /// <summary>
    /// Also appended to the file that STRAVA_FIGURES names: a test runner keeps to itself what passing tests say.
    /// </summary>
    public static async Task TellAsync()
    {
        var lines = string.Create(
            CultureInfo.InvariantCulture,
            $"""
             figure access.operations {Operations} operations
             figure access.cells {Cells} cells
             figure access.wrong {Wrong} cells
             figure access.bad_tokens {Tokens} requests
             figure access.bad_tokens_wrong {TokensWrong} requests

             """);
        await TestContext.Progress.WriteAsync(lines);
        if (Environment.GetEnvironmentVariable("STRAVA_FIGURES") is { Length: > 0 } file)
        {
            await File.AppendAllTextAsync(file, lines);
        }
    }
}
