namespace Strava.Leaderboards.Clubs;

/// <summary>
/// A column that a club's board can be sorted by, over all members, on the server. To add one: one line in <see
/// cref="All"/>, at the end, and the next number in <see cref="ClubLayout"/>.
/// </summary>
/// <param name="Word">As the API and the keys call it.</param>
/// <param name="ScoreOf">Whole numbers that a double holds exactly; the greater is the better.</param>
internal sealed record ClubColumn(string Word, Func<ClubTotals, long> ScoreOf)
{
    /// <summary>Of who has none: below everybody who has.</summary>
    public const long NoPace = -((1L << 53) - 1);

    public static ClubColumn Distance { get; } = new("distance", totals => totals.DistanceCentimeters);

    public static IReadOnlyList<ClubColumn> All { get; } =
    [
        Distance,
        new("movingTime", totals => totals.MovingMilliseconds),
        new("elevation", totals => totals.ElevationDecimeters),
        new("averagePace", totals => -totals.PaceMillisecondsPerKm ?? NoPace),
        new("longest", totals => totals.LongestCentimeters),
        new("activities", totals => totals.Activities),
    ];

    public static string Words { get; } = string.Join(", ", All.Select(column => column.Word));

    public static ClubColumn? Find(string word) => All.FirstOrDefault(column => column.Word == word);
}

/// <summary>
/// Which columns there are: a greater number than the one that Redis was filled by fills all boards again.
/// </summary>
internal static class ClubLayout
{
    public const int Current = 1;
}
