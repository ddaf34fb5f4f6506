using System.Globalization;

namespace Strava.Testing;

/// <summary>What the tests of this process counted, for those who watch the count and not each test.</summary>
public static class Figures
{
    private static readonly Lock Gate = new();
    private static readonly SortedDictionary<string, (long Count, string Unit)> Counts = new(StringComparer.Ordinal);

    /// <summary>A figure is told once it was counted, be it with nothing.</summary>
    public static void Add(string name, string unit, long count = 1)
    {
        lock (Gate)
        {
            Counts[name] = (Counts.GetValueOrDefault(name).Count + count, unit);
        }
    }

    /// <summary>Of one case: counts it as wrong when it is.</summary>
    public static void Judge(string name, string unit, bool isRight) => Add(name, unit, isRight ? 0 : 1);

    /// <summary>
    /// One line a figure, to the file that STRAVA_FIGURES names: a test runner keeps to itself what passing tests say.
    /// </summary>
    public static async Task TellAsync()
    {
        if (Environment.GetEnvironmentVariable("STRAVA_FIGURES") is { Length: > 0 } file)
        {
            await File.AppendAllLinesAsync(
                file, Counts.Select(one => string.Create(CultureInfo.InvariantCulture, $"figure {one.Key} {one.Value.Count} {one.Value.Unit}")));
        }
    }
}
