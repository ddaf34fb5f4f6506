using Strava.LocalLegends.Legends;

namespace Strava.LocalLegends.Tests.Legends;

/// <summary>One segment in memory: kept as the service keeps it, and worked out by brute force.</summary>
internal sealed class MemoryLegends(int athletes)
{
    private readonly Guid[] _athletes = [.. Enumerable.Range(0, athletes).Select(_ => Guid.NewGuid())];
    private readonly List<(Guid Athlete, CountedEffort Effort)> _efforts = [];
    private readonly Dictionary<DateOnly, LegendEntry> _rows = [];
    private readonly Dictionary<(DateOnly, int), int> _bins = [];

    /// <summary>One activity more, one less, one edited, or an athlete who goes or comes back whole.</summary>
    public void Change(Random random, DateOnly today)
    {
        var athlete = _athletes[random.Next(_athletes.Length)];
        var own = _efforts.Where(one => one.Athlete == athlete).Select(one => one.Effort).ToList();
        List<CountedEffort> after = random.Next(8) switch
        {
            0 => [],
            1 or 2 => [.. own.Where(_ => random.Next(3) > 0)],
            3 => [.. own.Select(effort => random.Next(2) == 0 ? effort : Move(effort, random.Next(-100, 3)))],
            _ => [.. own, .. Enumerable.Range(0, random.Next(1, 6)).Select(_ => New(random, today))],
        };
        Apply(today, athlete, own, after);
    }

    public void Compare(DateOnly today, string when)
    {
        for (var date = today; date < today.AddDays(95); date = date.AddDays(1))
        {
            var standing = (
                from one in _efforts
                where one.Effort.Day <= date && one.Effort.Day >= date.AddDays(-89)
                group one.Effort.StartedAt by one.Athlete into own
                let entry = (Id: own.Key, Efforts: own.Count(), Reached: own.Max())
                orderby entry.Efforts descending, entry.Reached, entry.Id.ToString()
                select entry).ToList();
            (Guid, int, DateTime)? row =
                _rows.TryGetValue(date, out var kept) ? (kept.AthleteId, kept.Efforts, kept.ReachedAt) : null;
            Assert.That(row, Is.EqualTo(standing.Count > 0 ? standing[0] : null), $"{when}: {date:O}, today {today:O}");
            var bins = standing.CountBy(one => (int)Math.Ceiling(Math.Log2(one.Efforts)));
            Assert.That(
                _bins.Where(one => one.Key.Item1 == date && one.Value != 0).ToDictionary(one => one.Key.Item2, one => one.Value),
                Is.EquivalentTo(bins.ToDictionary()), $"{when}: bins of {date:O}");
        }
    }

    // By nodes whose clocks are a little apart at midnight: one of them still keeps yesterday's row.
    private void Apply(DateOnly today, Guid athlete, List<CountedEffort> before, List<CountedEffort> after)
    {
        var first = today.AddDays(Random.Shared.Next(-1, 1));
        var oldest = DailyCounts.OldestFor(first);
        var change = LegendChange.Of(
            first,
            athlete,
            [.. before.Where(effort => effort.Day >= oldest)],
            [.. after.Where(effort => effort.Day >= oldest)],
            _rows);
        var tally = new SegmentTally(first);
        foreach (var other in _efforts.Where(one => one.Athlete != athlete).GroupBy(one => one.Athlete))
        {
            // As the service does it: only whom nobody else's count on an open day excludes.
            var counted = other.Select(one => one.Effort).Where(effort => effort.Day >= oldest).ToList();
            if (change.Open.Count > 0 && counted.Count >= change.LeastLeft)
            {
                tally.Add(other.Key, counted);
            }
        }

        change.Close(tally.Winners.ToDictionary(one => one.Date, one => one.Entry));
        foreach (var (date, entry) in change.Rows)
        {
            _rows[date] = entry;
        }

        change.Removed.ForEach(date => _rows.Remove(date));
        foreach (var (bin, delta) in change.Bins)
        {
            _bins[bin] = _bins.GetValueOrDefault(bin) + delta;
        }

        _efforts.RemoveAll(one => one.Athlete == athlete);
        _efforts.AddRange(after.Select(effort => (athlete, effort)));
    }

    private static CountedEffort New(Random random, DateOnly today)
    {
        // Late ones of long ago, and some of a device whose clock is ahead.
        var day = today.AddDays(random.Next(6) switch { 0 => -89, 1 => -90, 2 => -random.Next(200), 3 => random.Next(3), _ => 0 });
        // Few moments of a day, so that ties are common.
        return new CountedEffort(day, day.ToDateTime(new TimeOnly(6 + random.Next(3), 0)));
    }

    private static CountedEffort Move(CountedEffort effort, int days) =>
        new(effort.Day.AddDays(days), effort.StartedAt.AddDays(days));
}
