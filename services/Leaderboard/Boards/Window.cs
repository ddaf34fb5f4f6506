namespace Strava.Leaderboards.Boards;

/// <summary>
/// How a board cuts time. To add one: one line here and in <see cref="All"/>, and the next number in
/// <see cref="BoardLayout"/>; the applier, the keys, retention, the refill and the API follow.
/// </summary>
/// <param name="Word">As the API and the keys call it.</param>
/// <param name="Containing">The period that a day belongs to.</param>
/// <param name="Parse">Reads a period by its text; <c>null</c>: the text names none.</param>
/// <param name="PeriodForm">An example of a period for people; <c>null</c>: this window has no periods.</param>
/// <param name="KeptUntil">
/// Till when a board stays, by the moment at which its period has ended everywhere; <c>null</c>: for ever.
/// </param>
/// <param name="RollingDays">
/// What has started within so many times 24 hours; 0: the window stands in the calendar.
/// </param>
internal sealed record Window(
    string Word,
    Func<DateOnly, Period> Containing,
    Func<string, Period?> Parse,
    string? PeriodForm,
    Func<DateTimeOffset, DateTimeOffset>? KeptUntil,
    int RollingDays = 0)
{
    // A start lies within a day of its local date; the rest is for a watermark that lags.
    private const int DaysAround = 3;

    public static Window Ever { get; } = new("all", _ => Period.Ever, _ => null, PeriodForm: null, KeptUntil: null);

    public static Window Year { get; } =
        new("year", CalendarPeriods.Year, CalendarPeriods.ParseYear, "2026", ended => ended.AddYears(3));

    public static Window Month { get; } =
        new("month", CalendarPeriods.Month, CalendarPeriods.ParseMonth, "2026-11", ended => ended.AddMonths(14));

    public static Window Week { get; } =
        new("week", IsoWeek.Containing, IsoWeek.Parse, "2026-W47", ended => ended.AddDays(35));

    public static Window Day { get; } =
        new("day", CalendarPeriods.Day, CalendarPeriods.ParseDay, "2026-11-22", ended => ended.AddDays(8));

    /// <summary>What has started in the last hours or days, wherever: see Applying/RollingWindows.cs.</summary>
    public static IReadOnlyList<Window> Rolling { get; } = [Rolls("24h", 1), Rolls("7d", 7), Rolls("30d", 30)];

    /// <summary>
    /// From one day or moment to another: no board stands for it, it is worked out when it is asked for.
    /// </summary>
    public static Window Range { get; } = new("range", _ => Period.Ever, _ => null, "from and to", KeptUntil: null);

    public static IReadOnlyList<Window> All { get; } = [Ever, Year, Month, Week, Day, .. Rolling];

    public static Window? Find(string word) => All.FirstOrDefault(window => window.Word == word);

    /// <summary>
    /// Days whose periods and their retention stay inside the calendar; other days count for all time.
    /// </summary>
    public static bool Spans(DateOnly day) => day.Year is >= 1900 and <= 2199;

    /// <summary>A board of this period is neither kept nor written after this.</summary>
    public DateTimeOffset? ExpiresAt(Period period) => KeptUntil?.Invoke(period.ClosesAt);

    /// <summary>The first period that is still kept.</summary>
    public Period OldestKept(DateTimeOffset now)
    {
        var period = Containing(DateOnly.FromDateTime(now.UtcDateTime));
        while (Containing(period.First.AddDays(-1)) is var before && ExpiresAt(before) > now)
        {
            period = before;
        }

        return period;
    }

    /// <summary>
    /// The periods around a day that have boards. An hour more than the boards are kept, because Redis judges by a
    /// clock of its own; what it has dropped it refuses itself.
    /// </summary>
    public static IEnumerable<(Window Window, Period Period)> PeriodsOf(DateOnly day, DateTimeOffset now) =>
        from window in All
        where window == Ever || Spans(day)
        where window.RollingDays == 0 || window.MayRollOver(day, now)
        let period = window.Containing(day)
        where window.ExpiresAt(period) is not { } expiry || expiry.AddHours(1) > now
        select (window, period);

    private bool MayRollOver(DateOnly day, DateTimeOffset now)
    {
        var ago = DateOnly.FromDateTime(now.UtcDateTime).DayNumber - day.DayNumber;
        return ago >= -DaysAround && ago <= RollingDays + DaysAround;
    }

    private static Window Rolls(string word, int days) =>
        new(word, _ => Period.Ever, _ => null, PeriodForm: null, KeptUntil: null, days);
}

/// <summary>
/// Which boards there are. A greater number than the one that Redis was filled by makes the applier fill all boards
/// again from the ledger, once: new windows and kinds of place get their past that way.
/// </summary>
/// <remarks>
/// 1: global and country x all and week. 2: region and city, year, month and day. 3: rolling windows.
/// </remarks>
internal static class BoardLayout
{
    public const int Current = 3;
}
