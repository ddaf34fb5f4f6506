using System.Globalization;

namespace Strava.Bench;

/// <summary>What a benchmark says: <c>figure name value unit</c>, one line each, and notes that explain them.</summary>
internal static class Figures
{
    public static void Print(string name, double value, string unit = "") =>
        Console.WriteLine($"figure {name} {Format(value)} {unit}".TrimEnd());

    public static void Note(string text) => Console.WriteLine($"    {text}");

    public static string Format(double value) =>
        value.ToString(
            Math.Abs(value) >= 100 || value == Math.Floor(value) ? "0" : Math.Abs(value) < 1 ? "0.####" : "0.###",
            CultureInfo.InvariantCulture);

    /// <param name="sorted">Ascending, not empty.</param>
    /// <param name="share">0.99 for p99.</param>
    public static double Percentile(IReadOnlyList<double> sorted, double share) =>
        sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Count) - 1, 0, sorted.Count - 1)];

    public static double Median(IEnumerable<double> values) => Percentile([.. values.Order()], 0.5);
}
