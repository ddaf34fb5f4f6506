namespace Strava.Leaderboards.Boards;

/// <summary>
/// How a board cuts time. To add one: one line in <see cref="All"/>; the applier, the keys, retention, the refill and
/// the API follow.
/// </summary>
/// <param name="Word">As the API and the keys call it.</param>
/// <param name="Containing">The period that a day belongs to.</param>
/// <param name="Parse">Reads a period by its text; <c>null</c>: the text names none.</param>
/// <param name="PeriodForm">An example of a period for people; <c>null</c>: this window has no periods.</param>
/// <param name="KeptFor">How long a board stays after its period has ended everywhere; <c>null</c>: for ever.</param>
internal sealed record Window(
    string Word, Func<DateOnly, Period> Containing, Func<string, Period?> Parse, string? PeriodForm, TimeSpan? KeptFor)
{
    public static IReadOnlyList<Window> All { get; } =
    [
        new("all", _ => Period.Ever, _ => null, PeriodForm: null, KeptFor: null),
        new("week", IsoWeek.Containing, IsoWeek.Parse, "2026-W47", TimeSpan.FromDays(35)),
    ];

    public static Window? Find(string word) => All.FirstOrDefault(window => window.Word == word);

    /// <summary>A board of this period is neither kept nor written after this.</summary>
    public DateTimeOffset? ExpiresAt(Period period) => KeptFor is { } kept ? period.ClosesAt + kept : null;

    /// <summary>The first period that is still kept.</summary>
    public Period OldestKept(DateTimeOffset now)
    {
        var period = Containing(RetainedSince(now));
        while (ExpiresAt(period) <= now)
        {
            period = Containing(period.End);
        }

        return period;
    }

    /// <summary>The first day that any board of a limited window can still hold.</summary>
    public static DateOnly RetainedSince(DateTimeOffset now)
    {
        var longest = All.Max(window => window.KeptFor ?? TimeSpan.Zero);
        var day = DateOnly.FromDateTime((now - longest).UtcDateTime).AddDays(-1);
        return All.Where(window => window.KeptFor is not null).Select(window => window.Containing(day).First).Min();
    }
}
