using System.Globalization;

namespace Strava.EndToEnd;

internal sealed record Line(string State, DateTimeOffset At);

internal sealed record Point(DateTimeOffset At, double Lat, double Lon, double? ElevationMeters = null);

/// <summary>A whole recording as a phone sends it.</summary>
internal sealed record Recording(
    string Type, string Name, IReadOnlyList<Line> StateLog, IReadOnlyList<Point> Points, string? Visibility = null)
{
    /// <summary>
    /// One leg due north of 0.0001 degree on the mean sphere: 6,371,008.8 m * pi / 180 / 10,000 = 11.11951 m, in whole
    /// mm.
    /// </summary>
    public const long LegMm = 11_120;

    private static int _made;

    /// <summary>Due north at 5 s a leg, on a meridian of its own, beginning some hours ago.</summary>
    public static Recording North(
        int legs = 30, string type = "RUN", string? visibility = null, DateTimeOffset? from = null)
    {
        var number = Interlocked.Increment(ref _made);
        var start = from ?? HoursAgo(3).AddSeconds(number);
        var points = Enumerable.Range(0, legs + 1)
            .Select(i => new Point(
                start.AddSeconds(5 * i), Degrees(46_000_000 + (100 * i)), Degrees(14_000_000 + (200 * number))));
        var end = start.AddSeconds(5 * legs);
        return new Recording(
            type,
            "north",
            [new("STARTED", start), new("STOPPED", end), new("COMPLETE", end.AddSeconds(1))],
            [.. points],
            visibility);
    }

    /// <summary>The ISO week (UTC) that it began in: some hours ago may be last week.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string Week
    {
        get
        {
            var day = StateLog[0].At.UtcDateTime;
            return string.Create(CultureInfo.InvariantCulture, $"{ISOWeek.GetYear(day)}-W{ISOWeek.GetWeekOfYear(day):00}");
        }
    }

    /// <summary>On the grid of 1e-6, as the shortest decimal that means it.</summary>
    public static double Degrees(int millionths) => Math.Round(millionths / 1e6, 6);

    /// <summary>Whole seconds: what is sent is then what is stored.</summary>
    public static DateTimeOffset HoursAgo(double hours)
    {
        var time = TimeProvider.System.GetUtcNow().AddHours(-hours);
        return new DateTimeOffset(time.Ticks - (time.Ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
    }
}
