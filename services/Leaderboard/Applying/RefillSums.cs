using System.Runtime.InteropServices;
using Strava.Contracts.Sports;
using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Stores;

namespace Strava.Leaderboards.Applying;

/// <summary>
/// Adds up rows of the ledger that come athlete by athlete, sport by sport and day by day: of each window one sum is
/// open at a time. What a day belongs to and what a place is called is worked out once, not for every row.
/// </summary>
internal sealed class RefillSums(DateTimeOffset now)
{
    private const int MaxPlacesRemembered = 200_000;
    private readonly Dictionary<(Sport, DateOnly), PeriodBoards[]> _byDay = [];
    private readonly Dictionary<(Sport, Window, Period), PeriodBoards> _byPeriod = [];
    private readonly Dictionary<AthletePlace, IReadOnlyList<Place>> _places = [];
    private readonly Dictionary<Place, Place> _known = [];
    private readonly Dictionary<long, List<PlaceSince>> _histories = [];
    private readonly List<BoardEntries> _filled = [];
    private readonly (PeriodBoards? Of, long Millimeters, long Activities)[] _open =
        new (PeriodBoards?, long, long)[Window.All.Count];

    private (long Athlete, Sport Sport) _current;
    private PlaceHistory _history = PlaceHistory.Empty;

    /// <summary>As of when the rolling windows are.</summary>
    public DateTimeOffset Rolled { get; set; }

    public void AddPlace(long athlete, long version, DateTimeOffset since, AthletePlace place)
    {
        if (!_histories.TryGetValue(athlete, out var history))
        {
            _histories[athlete] = history = new(1);
        }

        history.Add(new PlaceSince(version, since, place, PlacesOf(place)));
    }

    public void Add(long athlete, Sport sport, DateOnly day, long millimeters, DateTime startedAt)
    {
        if (_current != (athlete, sport))
        {
            Close();
            _history = _current.Athlete == athlete ? _history
                : _histories.TryGetValue(athlete, out var places) ? new PlaceHistory(places)
                : PlaceHistory.Empty;
            _current = (athlete, sport);
        }

        foreach (var boards in On(sport, day))
        {
            if (boards.Window.RollingDays > 0
                && (startedAt > Rolled.UtcDateTime || startedAt <= Rolled.UtcDateTime.AddDays(-boards.Window.RollingDays)))
            {
                continue;
            }

            ref var open = ref _open[boards.Slot];
            if (open.Of != boards)
            {
                Close(ref open);
                open = (boards, 0, 0);
            }

            open.Millimeters += millimeters;
            open.Activities++;
        }
    }

    /// <summary>What has been added since the last call.</summary>
    public IReadOnlyList<BoardEntries> Take()
    {
        Close();
        _current = default;
        _histories.Clear();
        var taken = _filled.ConvertAll(board => board.TakeAll());
        _filled.Clear();
        return taken;
    }

    private void Close()
    {
        foreach (ref var open in _open.AsSpan())
        {
            Close(ref open);
        }
    }

    private void Close(ref (PeriodBoards? Of, long Millimeters, long Activities) open)
    {
        if (open.Of is { } boards && BoardScore.FromTotals(open.Millimeters, open.Activities).Packed is > 0 and var score)
        {
            foreach (var place in _history.At(boards.Period))
            {
                var board = boards.At(place);
                if (board.Entries.Count == 0)
                {
                    _filled.Add(board);
                }

                board.Entries.Add((_current.Athlete, score));
            }
        }

        open = default;
    }

    private PeriodBoards[] On(Sport sport, DateOnly day)
    {
        ref var boards = ref CollectionsMarshal.GetValueRefOrAddDefault(_byDay, (sport, day), out _);
        return boards ??= [.. Window.PeriodsOf(day, now).Select(around => Of(sport, around.Window, around.Period))];
    }

    private PeriodBoards Of(Sport sport, Window window, Period period)
    {
        ref var boards = ref CollectionsMarshal.GetValueRefOrAddDefault(_byPeriod, (sport, window, period), out _);
        return boards ??= new PeriodBoards(sport, window, period, Window.All.ToList().IndexOf(window));
    }

    private IReadOnlyList<Place> PlacesOf(AthletePlace place)
    {
        if (_places.TryGetValue(place, out var places))
        {
            return places;
        }

        if (_places.Count >= MaxPlacesRemembered)
        {
            _places.Clear();
        }

        // The same place is the same object, which is how PeriodBoards finds its board.
        return _places[place] = [.. Place.Of(place).Select(one =>
        {
            ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_known, one, out _);
            return known ??= one.Kind == PlaceKind.Global ? Place.Global : one;
        })];
    }

    /// <summary>The boards of one sport in one period, by place.</summary>
    private sealed class PeriodBoards(Sport sport, Window window, Period period, int slot)
    {
        private readonly Dictionary<Place, BoardEntries> _boards = new(ReferenceEqualityComparer.Instance);

        public Window Window => window;

        public Period Period => period;

        public int Slot => slot;

        public BoardEntries At(Place place)
        {
            ref var board = ref CollectionsMarshal.GetValueRefOrAddDefault(_boards, place, out _);
            return board ??= new BoardEntries(new BoardKey(sport, place, window, period), []);
        }
    }
}
