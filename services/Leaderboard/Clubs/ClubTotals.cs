using System.Globalization;

namespace Strava.Leaderboards.Clubs;

/// <summary>
/// What an athlete did in a week in a club's sport, in whole numbers; see docs/clubs.md for the units.
/// </summary>
/// <param name="DistanceCentimeters">Millimetres are summed first and floored once.</param>
/// <param name="MovingMilliseconds">Time on the move.</param>
/// <param name="ElevationDecimeters">Climb, floored once.</param>
/// <param name="PaceMillisecondsPerKm">
/// Of the activities that have both a distance and a time; <c>null</c> where there is none: a track without times has
/// no pace.
/// </param>
/// <param name="LongestCentimeters">Of the longest activity.</param>
/// <param name="Activities">How many; never 0.</param>
internal sealed record ClubTotals(
    long DistanceCentimeters,
    long MovingMilliseconds,
    long ElevationDecimeters,
    long? PaceMillisecondsPerKm,
    long LongestCentimeters,
    long Activities)
{
    private const long Max = (1L << 53) - 1;

    public static ClubTotals Of(LedgerSums sums) => new(
        Fit(sums.DistanceMillimeters / 10),
        Fit(sums.MovingMilliseconds),
        Fit(sums.ElevationCentimeters / 10),
        PaceOf(sums.PacedMilliseconds, sums.PacedMillimeters),
        Fit(sums.LongestMillimeters / 10),
        Fit(sums.Activities));

    /// <summary>As Redis's hash holds it: numbers, the pace empty where there is none.</summary>
    public string Serialize() => string.Create(
        CultureInfo.InvariantCulture,
        $"{DistanceCentimeters} {MovingMilliseconds} {ElevationDecimeters} {PaceMillisecondsPerKm} "
            + $"{LongestCentimeters} {Activities}");

    /// <returns><c>null</c>: not written by us.</returns>
    public static ClubTotals? Parse(string? text) => text?.Split(' ') switch
    {
        [var distance, var moving, var elevation, var pace, var longest, var activities] => new ClubTotals(
            Whole(distance),
            Whole(moving),
            Whole(elevation),
            pace.Length == 0 ? null : Whole(pace),
            Whole(longest),
            Whole(activities)),
        _ => null,
    };

    // 128 bits: a week's milliseconds times a million do not fit 64 for every input.
    private static long? PaceOf(long milliseconds, long millimeters) =>
        millimeters < 10 || milliseconds <= 0
            ? null
            : (long)Int128.Min((Int128)milliseconds * 1_000_000 / millimeters, Max - 1);

    private static long Fit(long value) => Math.Clamp(value, 0, Max);

    private static long Whole(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>An athlete's sport in a week, added up from the ledger.</summary>
internal readonly record struct LedgerSums(
    long DistanceMillimeters,
    long MovingMilliseconds,
    long ElevationCentimeters,
    long PacedMillimeters,
    long PacedMilliseconds,
    long LongestMillimeters,
    long Activities);
