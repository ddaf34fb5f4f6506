namespace Strava.LocalLegends.Legends;

/// <summary>
/// What changes in a segment's rows when one athlete's efforts on it change. Pure. Rows before the first day are not
/// touched; others can only change where the athlete's own standing does.
/// </summary>
internal sealed class LegendChange
{
    private readonly Guid _athleteId;
    private readonly DailyCounts _after;

    private LegendChange(Guid athleteId, DailyCounts after) => (_athleteId, _after) = (athleteId, after);

    /// <summary>Rows to be written.</summary>
    public Dictionary<DateOnly, LegendEntry> Rows { get; } = [];

    /// <summary>Rows to be removed: nobody has an effort that counts there.</summary>
    public List<DateOnly> Removed { get; } = [];

    /// <summary>Days whose holder got worse, ascending: their winner comes from all efforts of the segment.</summary>
    public List<DateOnly> Open { get; } = [];

    /// <summary>Athletes more, or less, in the histogram's bins.</summary>
    public Dictionary<(DateOnly Date, int Bin), int> Bins { get; } = [];

    /// <summary>
    /// Fewest efforts that the athlete himself has left on an open day: whoever is ahead of him there has as many.
    /// </summary>
    public int LeastLeft { get; private set; } = int.MaxValue;

    /// <param name="first">The first day whose row is kept.</param>
    /// <param name="athleteId">Whose efforts change.</param>
    /// <param name="before">The athlete's efforts that count, from <see cref="DailyCounts.OldestFor"/> on.</param>
    /// <param name="after">The same after the change.</param>
    /// <param name="rows">The rows as stored, from the first day on.</param>
    public static LegendChange Of(
        DateOnly first,
        Guid athleteId,
        IReadOnlyCollection<CountedEffort> before,
        IReadOnlyCollection<CountedEffort> after,
        IReadOnlyDictionary<DateOnly, LegendEntry> rows)
    {
        var (was, now) = (new DailyCounts(first, before), new DailyCounts(first, after));
        var change = new LegendChange(athleteId, now);
        for (var day = Math.Min(was.From, now.From); day < Math.Max(was.Length, now.Length); day++)
        {
            var (old, current) = (was.On(day, athleteId), now.On(day, athleteId));
            if (old != current)
            {
                var date = now.DateOf(day);
                change.Count(date, old, current);
                change.Judge(date, current, rows.TryGetValue(date, out var row) ? row : null);
            }
        }

        return change;
    }

    /// <summary>The athlete's efforts that count on that day, after the change.</summary>
    public int LeftOn(DateOnly date) => _after.EffortsOn(_after.DayOf(date));

    /// <param name="winners">Who is ahead of all others on the open days; nobody: the athlete alone may be.</param>
    public void Close(IReadOnlyDictionary<DateOnly, LegendEntry> winners)
    {
        foreach (var date in Open)
        {
            var own = _after.On(_after.DayOf(date), _athleteId);
            LegendEntry? other = winners.TryGetValue(date, out var found) ? found : null;
            if ((own is { } mine && mine.IsAheadOf(other) ? mine : other) is { } winner)
            {
                Rows[date] = winner;
            }
            else
            {
                Removed.Add(date);
            }
        }
    }

    private void Judge(DateOnly date, LegendEntry? current, LegendEntry? row)
    {
        var isHolder = row?.AthleteId == _athleteId;
        if (current is { } better && (isHolder ? better.CompareTo(row!.Value) <= 0 : better.IsAheadOf(row)))
        {
            Rows[date] = better;
        }
        else if (isHolder)
        {
            Open.Add(date);
            LeastLeft = Math.Min(LeastLeft, current?.Efforts ?? 0);
        }
    }

    private void Count(DateOnly date, LegendEntry? old, LegendEntry? current)
    {
        var (from, to) = (BinOf(old), BinOf(current));
        if (from == to)
        {
            return;
        }

        if (from is { } left)
        {
            Bins[(date, left)] = -1;
        }

        if (to is { } entered)
        {
            Bins[(date, entered)] = 1;
        }
    }

    private static int? BinOf(LegendEntry? entry) => entry is { } one ? HistogramBin.Of(one.Efforts) : null;
}
