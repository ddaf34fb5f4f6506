using Strava.Contracts.Sports;

namespace Strava.Leaderboards.Boards;

/// <summary>
/// A day (and with it every period around it) of an athlete's sport that is to be set again; or a rolling window alone.
/// </summary>
internal readonly record struct Touched(long Athlete, Sport Sport, DateOnly Day, Window? Alone = null);

/// <summary>One athlete's sport in one period.</summary>
internal readonly record struct AthletePeriod(long Athlete, Sport Sport, Window Window, Period Period);

/// <summary>The total of that.</summary>
internal sealed record PeriodTotal(AthletePeriod Of, BoardScore Score);

/// <summary>What an athlete's entry on one board is to be; a score of 0 takes it off.</summary>
internal sealed record BoardChange(BoardKey Board, long Athlete, long Score)
{
    /// <summary>The periods whose totals must be read for <paramref name="touched"/>.</summary>
    public static IEnumerable<AthletePeriod> Periods(IEnumerable<Touched> touched, DateTimeOffset now) =>
        (from touch in touched
         from around in touch.Alone is { } window ? [(window, Period.Ever)] : Window.PeriodsOf(touch.Day, now)
         select new AthletePeriod(touch.Athlete, touch.Sport, around.Window, around.Period)).Distinct();

    /// <summary>
    /// Sets the entry where the athlete belongs in that period and clears it in every other place of theirs.
    /// </summary>
    public static IEnumerable<BoardChange> For(PeriodTotal total, PlaceHistory history)
    {
        var (athlete, sport, window, period) = total.Of;
        var entered = history.At(period);
        return from place in history.Ever
               let score = entered.Contains(place) ? total.Score.Packed : 0
               select new BoardChange(new BoardKey(sport, place, window, period), athlete, score);
    }
}
