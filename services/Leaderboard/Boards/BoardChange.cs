using Strava.Contracts.Sports;

namespace Strava.Leaderboards.Boards;

/// <summary>A day (and with it every period around it) of an athlete's sport that is to be set again.</summary>
internal readonly record struct Touched(long Athlete, Sport Sport, DateOnly Day);

/// <summary>One athlete's total in one period.</summary>
internal sealed record PeriodTotal(long Athlete, Sport Sport, Window Window, Period Period, BoardScore Score);

/// <summary>What an athlete's entry on one board is to be; a score of 0 takes it off.</summary>
internal sealed record BoardChange(BoardKey Board, long Athlete, long Score)
{
    /// <summary>The periods whose totals must be read for <paramref name="touched"/>.</summary>
    public static IEnumerable<(long Athlete, Sport Sport, Window Window, Period Period)> Periods(IEnumerable<Touched> touched) =>
        (from touch in touched
         from window in Window.All
         select (touch.Athlete, touch.Sport, window, window.Containing(touch.Day))).Distinct();

    /// <summary>
    /// Sets the entry where the athlete belongs in that period and clears it in every other place of theirs.
    /// </summary>
    public static IEnumerable<BoardChange> For(PeriodTotal total, PlaceHistory history)
    {
        var entered = Place.Of(history.At(total.Period)).ToHashSet();
        return from place in history.Ever()
               let score = entered.Contains(place) ? total.Score.Packed : 0
               select new BoardChange(new BoardKey(total.Sport, place, total.Window, total.Period), total.Athlete, score);
    }
}
