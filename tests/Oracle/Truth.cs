namespace Strava.Oracle;

/// <summary>
/// What the streams and the Athlete service's tables say, worked out from nothing, one event after the other.
/// </summary>
public sealed record Truth(
    IReadOnlyDictionary<Guid, Athlete> Athletes,
    IReadOnlyDictionary<Guid, HashSet<Guid>> Friends,
    IReadOnlyList<Activity> Activities)
{
    public bool AreFriends(Guid one, Guid other) =>
        Friends.TryGetValue(one, out var friends) && friends.Contains(other);

    /// <summary>Saved and not deleted: what lists and boards are made of.</summary>
    public IEnumerable<Activity> Saved =>
        Activities.Where(activity => activity.State == Activity.Complete && !activity.Deleted);
}

/// <summary>A row of the table profile.</summary>
public sealed record Athlete(Guid Id, long Version, string Name, Home Home);

/// <summary>Where an athlete lives; <c>null</c> where nothing is given.</summary>
public sealed record Home(string? Country, string? Region, string? City);

/// <summary>A stream, folded. Words are kept as they stand in the JSON.</summary>
public sealed record Activity
{
    public const int Complete = 4;

    private Lazy<long?>? _best5KmMs;
    private Lazy<long?>? _best10KmMs;

    public required Guid Id { get; init; }

    public Guid AthleteId { get; set; }

    public long Version { get; set; }

    /// <summary>When the last event was stored.</summary>
    public DateTimeOffset ChangedAt { get; set; }

    public string Sport { get; set; } = "";

    public string Name { get; set; } = "";

    public string Description { get; set; } = "";

    public string Visibility { get; set; } = "";

    public int State { get; set; }

    public bool Deleted { get; set; }

    public string? TimeZone { get; set; }

    public DateTimeOffset? StartedAt { get; set; }

    public Figures? Figures { get; set; }

    /// <summary>Every line of the state log: (word, time).</summary>
    public List<(string Word, DateTimeOffset At)> Log { get; } = [];

    /// <summary>The chunks as they were stored.</summary>
    public List<(long Sequence, int Count, string Points, int[] Posts)> Chunks { get; } = [];

    /// <summary>By the points: no event says it. Asked for when the stream is whole.</summary>
    public long? Best5KmMs => (_best5KmMs ??= new(() => Efforts.Least(this, 5_000_000))).Value;

    public long? Best10KmMs => (_best10KmMs ??= new(() => Efforts.Least(this, 10_000_000))).Value;
}

/// <summary>The last ActivityCompleted of a stream.</summary>
public sealed record Figures(
    DateTimeOffset At, long DistanceMm, long TotalMs, long ActiveMs, long MovingMs, long GainCm, long LossCm,
    int Points,
    string TimeZone, DateOnly LocalDate);
