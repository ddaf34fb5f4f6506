namespace Strava.LocalLegends.Legends;

/// <summary>
/// How one athlete stands on each day from a first one on: an effort of day e counts for the days e to e + 89. Days
/// beyond the last one that an effort counts for have nothing.
/// </summary>
internal sealed class DailyCounts
{
    /// <summary>Days that an effort counts for, its own included.</summary>
    public const int Days = 90;

    private readonly DateOnly _first;
    private readonly int[] _efforts;
    private readonly DateTime[] _reached;

    /// <summary>n efforts: at most 90 n steps.</summary>
    public DailyCounts(DateOnly first, IReadOnlyCollection<CountedEffort> efforts)
    {
        _first = first;
        var last = efforts.Count == 0 ? first : LastDayOf(efforts.Max(effort => effort.Day));
        var length = Math.Max(0, efforts.Count == 0 ? 0 : last.DayNumber - first.DayNumber + 1);
        (_efforts, _reached) = (new int[length], new DateTime[length]);
        From = length;
        foreach (var effort in efforts)
        {
            var from = Math.Max(0, effort.Day.DayNumber - first.DayNumber);
            From = Math.Min(From, from);
            for (var day = from; day <= LastDayOf(effort.Day).DayNumber - first.DayNumber; day++)
            {
                _efforts[day]++;
                _reached[day] = effort.StartedAt > _reached[day] ? effort.StartedAt : _reached[day];
            }
        }
    }

    /// <summary>Days after the first one at which counting begins.</summary>
    public int From { get; }

    /// <summary>From here on there is nothing.</summary>
    public int Length => _efforts.Length;

    /// <summary>The first day of the coming ones that an effort may still matter for.</summary>
    public static DateOnly OldestFor(DateOnly first) => first.AddDays(1 - Days);

    public static DateOnly LastDayOf(DateOnly effort) => effort.AddDays(Days - 1);

    public int EffortsOn(int day) => day < _efforts.Length ? _efforts[day] : 0;

    /// <returns><c>null</c> where the athlete has no effort that counts.</returns>
    public LegendEntry? On(int day, Guid athleteId) =>
        EffortsOn(day) is > 0 and var efforts ? new LegendEntry(athleteId, efforts, _reached[day]) : null;

    public int DayOf(DateOnly date) => date.DayNumber - _first.DayNumber;

    public DateOnly DateOf(int day) => _first.AddDays(day);
}
