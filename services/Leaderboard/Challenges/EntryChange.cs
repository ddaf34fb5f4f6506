namespace Strava.Leaderboards.Challenges;

/// <summary>Where an entry stands, and on whose country's board ('': none's).</summary>
internal sealed record Place(long Standing, DateTimeOffset ReachedAt, int Activities, string Country);

/// <summary>
/// What a mark means for an entry: <see cref="Old"/> is on the board, <see cref="New"/> is to be; <c>null</c>: no
/// entry.
/// </summary>
internal sealed record EntryChange(int Challenge, long Athlete, Place? Old, Place? New)
{
    public bool IsChange => Old != New;

    /// <summary>Less is better.</summary>
    public bool IsBetter => New is not null && !(Old?.Standing <= New.Standing);
}

/// <summary>How many entries more or fewer have this standing; country '': of all.</summary>
internal readonly record struct CounterDelta(int Challenge, string Country, long Standing, int Entries)
{
    /// <summary>
    /// At most four for an entry: out of the old place and into the new one, of all and of its country. What cancels
    /// out is left out.
    /// </summary>
    public static IReadOnlyList<CounterDelta> Of(IEnumerable<EntryChange> changes) =>
    [
        .. changes
            .SelectMany(change => Of(change.Challenge, change.Old, -1).Concat(Of(change.Challenge, change.New, 1)))
            .GroupBy(delta => (delta.Challenge, delta.Country, delta.Standing))
            .Select(same => new CounterDelta(
                same.Key.Challenge, same.Key.Country, same.Key.Standing, same.Sum(delta => delta.Entries)))
            .Where(delta => delta.Entries != 0),
    ];

    private static IEnumerable<CounterDelta> Of(int challenge, Place? place, int entries)
    {
        if (place is not null)
        {
            yield return new CounterDelta(challenge, "", place.Standing, entries);
            if (place.Country.Length > 0)
            {
                yield return new CounterDelta(challenge, place.Country, place.Standing, entries);
            }
        }
    }
}
