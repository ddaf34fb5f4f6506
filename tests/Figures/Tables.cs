using System.Globalization;
using Strava.Contracts.Tracks;

namespace Strava.Figures;

/// <summary>The tables of docs/figures.md.</summary>
internal static class Tables
{
    public static void Write(TextWriter to, IReadOnlyList<Compared> all)
    {
        string[] distances = ["points", "marked legs", "ours", "gpxinfo", "gpsbabel", "device or origin"];
        Table(to, "Distance, m", all, distances, one =>
        [
            Text(one.Ours.Figures.PointCount, "0"),
            Text(one.Ours.Figures.SuspectLegs, "0"),
            Text(one.Ours.Figures.DistanceMillimeters / 1_000.0, "0.0"),
            Against(one.Ours.Figures.DistanceMillimeters / 1_000.0, one.GpxInfo?.Meters),
            Against(one.Ours.Figures.DistanceMillimeters / 1_000.0, one.BabelMeters),
            Against(one.Ours.Figures.DistanceMillimeters / 1_000.0, one.Recording.Meters),
        ]);
        string[] times = ["total", "active", "moving", "gpxinfo moving", "device or origin", "mean"];
        Table(to, "Times, s, and mean speed, m/s", all, times, one =>
        [
            Text(one.Ours.Figures.TotalMs / 1_000.0, "0"),
            Text(one.Ours.Figures.ActiveMs / 1_000.0, "0"),
            Text(one.Ours.Figures.MovingMs / 1_000.0, "0"),
            Against(one.Ours.Figures.MovingMs / 1_000.0, one.GpxInfo?.MovingSeconds),
            Against(one.Ours.Figures.MovingMs / 1_000.0, one.Recording.MovingSeconds),
            Text(one.Ours.AverageSpeed, "0.00"),
        ]);
        string[] ascents = ["source", "jitter, cm", "ours", "rule GPS", "rule BAROMETRIC", "gpxinfo", "device"];
        Table(to, "Ascent, m", all, ascents, one =>
        [
            one.Ours.Figures.ElevationSource?.ToString().ToUpperInvariant() ?? "-",
            Text(Jitter(one.Ours.State.Elevation.Noise), "0.0"),
            Text(one.Ours.Figures.ElevationGainCm / 100.0, "0"),
            Text(one.Ours.State.Elevation.Gps.Climb.GainCm / 100.0, "0"),
            Text(one.Ours.State.Elevation.Barometric.GainCm / 100.0, "0"),
            Text(one.GpxInfo?.AscentMeters, "0"),
            Against(one.Ours.Figures.ElevationGainCm / 100.0, one.Recording.AscentMeters),
        ]);
        Table(to, "Top speed, m/s", all, ["ours", "gpxinfo", "device or origin"], one =>
        [
            Text(one.Ours.Analytics.MaxSpeedMillimetersPerSecond / 1_000.0, "0.00"),
            Text(one.GpxInfo?.MaxSpeed, "0.00"),
            Text(one.Recording.MaxSpeed, "0.00"),
        ]);
        Table(to, "Best efforts", all, ["ours, s"], one =>
        [
            string.Join(", ", one.Ours.Analytics.BestEfforts.Select(effort =>
                $"{effort.Name} {Text(effort.ElapsedMs / 1_000.0, "0.0")}")),
        ]);
        Table(
            to,
            "Moving time by other rules, pauses taken out of the log, s",
            [.. all.Where(one => one.Recording.MovingSeconds > 1_000)],
            [.. MovingRule.Compared.Select(rule => rule.Name), "device's timer"],
            one =>
            [
                .. one.Ours.MovingSeconds.Select(seconds => Text(seconds, "0")),
                Text(one.Recording.MovingSeconds, "0"),
            ]);
    }

    private static void Table(
        TextWriter to, string title, IReadOnlyList<Compared> all, string[] columns, Func<Compared, string[]> cells)
    {
        to.WriteLine($"### {title}");
        to.WriteLine();
        to.WriteLine($"| recording | {string.Join(" | ", columns)} |");
        to.WriteLine($"|---|{string.Concat(columns.Select(_ => "---:|"))}");
        foreach (var one in all)
        {
            to.WriteLine($"| {one.Recording.Name} | {string.Join(" | ", cells(one))} |");
        }

        to.WriteLine();
    }

    private static double? Jitter(HeightNoise noise) => noise.Steps == 0 ? null : (double)noise.SumCm / noise.Steps;

    private static string Text(double? value, string format) =>
        value?.ToString(format, CultureInfo.InvariantCulture) ?? "-";

    // Their figure, and how far ours is from it.
    private static string Against(double ours, double? theirs) => theirs is > 0
        ? FormattableString.Invariant($"{theirs:0.#} ({(ours / theirs.Value * 100) - 100:+0.00;-0.00;0} %)")
        : "-";
}
