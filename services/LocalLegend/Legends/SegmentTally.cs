using Npgsql;

namespace Strava.LocalLegends.Legends;

/// <summary>
/// Who is ahead on each day, and how many athletes are in each bin, from the efforts of all athletes of a segment, one
/// athlete after the other. Pure.
/// </summary>
internal sealed class SegmentTally(DateOnly first)
{
    // By day from the first on; an array, because a hundred thousand athletes come by for ninety days each.
    private LegendEntry?[] _winners = new LegendEntry?[DailyCounts.Days + 1];
    private int[] _bins = new int[(DailyCounts.Days + 1) * HistogramBin.Count];

    /// <summary>The legends, ascending; days without any are left out.</summary>
    public IEnumerable<(DateOnly Date, LegendEntry Entry)> Winners =>
        from day in Enumerable.Range(0, _winners.Length)
        where _winners[day] is not null
        select (first.AddDays(day), _winners[day]!.Value);

    /// <summary>Athletes by day and bin; empty bins are left out.</summary>
    public IEnumerable<(DateOnly Date, int Bin, int Athletes)> Bins =>
        from place in Enumerable.Range(0, _bins.Length)
        where _bins[place] > 0
        select (first.AddDays(place / HistogramBin.Count), place % HistogramBin.Count, _bins[place]);

    /// <summary>Reads all efforts, then counts; in memory: 16 bytes an effort.</summary>
    /// <param name="first">The first day that is wanted.</param>
    /// <param name="rows">Athlete, day and start.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public static async Task<SegmentTally> OfAsync(
        DateOnly first, NpgsqlDataReader rows, CancellationToken cancellationToken)
    {
        var efforts = new Dictionary<Guid, List<CountedEffort>>();
        while (await rows.ReadAsync(cancellationToken))
        {
            var athlete = rows.GetGuid(0);
            if (!efforts.TryGetValue(athlete, out var own))
            {
                efforts.Add(athlete, own = []);
            }

            own.Add(new CountedEffort(rows.GetFieldValue<DateOnly>(1), rows.GetDateTime(2)));
        }

        var tally = new SegmentTally(first);
        foreach (var (athlete, own) in efforts)
        {
            tally.Add(athlete, own);
        }

        return tally;
    }

    public void Add(Guid athleteId, IReadOnlyCollection<CountedEffort> efforts)
    {
        var counts = new DailyCounts(first, efforts);
        if (counts.Length > _winners.Length)
        {
            Array.Resize(ref _winners, counts.Length);
            Array.Resize(ref _bins, counts.Length * HistogramBin.Count);
        }

        for (var day = counts.From; day < counts.Length; day++)
        {
            if (counts.On(day, athleteId) is not { } entry)
            {
                continue;
            }

            if (entry.IsAheadOf(_winners[day]))
            {
                _winners[day] = entry;
            }

            _bins[(day * HistogramBin.Count) + HistogramBin.Of(entry.Efforts)]++;
        }
    }
}
