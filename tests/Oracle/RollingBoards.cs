namespace Strava.Oracle;

/// <summary>
/// The boards of the last 24 hours, 7 and 30 days, as they must be at some moment: every activity is looked at,
/// whether it had started by then and not too long before.
/// </summary>
internal sealed class RollingBoards(Truth truth, IReadOnlySet<Guid> flagged)
{
    private static readonly (string Window, TimeSpan Span)[] Windows =
        [("24h", TimeSpan.FromHours(24)), ("7d", TimeSpan.FromDays(7)), ("30d", TimeSpan.FromDays(30))];

    private readonly Activity[] _activities =
        [.. truth.Saved.Where(activity => activity.Visibility == "EVERYONE" && !flagged.Contains(activity.AthleteId))];

    public IReadOnlyList<Board> At(DateTimeOffset at) => Boards.Sum(
        from activity in _activities
        from window in Windows
        where activity.StartedAt <= at && activity.StartedAt > at - window.Span
        from place in Boards.PlacesOf(truth.Athletes.GetValueOrDefault(activity.AthleteId)?.Home)
        select ((activity.Sport, place, window.Window, (string?)null), activity));

    /// <summary>
    /// Who enters or leaves a window after <paramref name="last"/> and not after <paramref name="next"/>: until the
    /// service has done it the line may be either.
    /// </summary>
    public IReadOnlySet<(Guid Athlete, string Sport, string Window)> Moving(DateTimeOffset last, DateTimeOffset next) =>
        (from activity in _activities
         from window in Windows
         where IsWithin(activity.StartedAt!.Value, last, next)
             || IsWithin(activity.StartedAt.Value + window.Span, last, next)
         select (activity.AthleteId, activity.Sport, window.Window)).ToHashSet();

    private static bool IsWithin(DateTimeOffset moment, DateTimeOffset last, DateTimeOffset next) =>
        moment > last && moment <= next;
}
