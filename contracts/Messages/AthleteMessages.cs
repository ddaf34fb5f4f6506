namespace Strava.Contracts.Messages;

/// <summary>An athlete's profile as of one version.</summary>
public sealed record AthleteProfileChanged
{
    /// <summary>The athlete.</summary>
    public required Guid AthleteId { get; init; }

    /// <summary>Grows by one with every change of this profile.</summary>
    public required long Version { get; init; }

    /// <summary>Shown name.</summary>
    public required string Name { get; init; }

    /// <summary>ISO 3166-1 alpha-2, upper case; <c>null</c> when not given.</summary>
    public required string? Country { get; init; }

    /// <summary>ISO 3166-2 subdivision with its country, e.g. <c>US-CA</c>; <c>null</c> when not given.</summary>
    public required string? Region { get; init; }

    /// <summary>City in the athlete's own words; <c>null</c> when not given.</summary>
    public required string? City { get; init; }

    /// <summary>IANA zone; <c>null</c> when not given.</summary>
    public required string? TimeZone { get; init; }
}

/// <summary>
/// The friendship of a pair as of one version. The pair is ordered (<see cref="AthleteA"/> &lt; <see cref="AthleteB"/>
/// by
/// <see cref="Guid.CompareTo(Guid)"/> of their canonical text, ordinal), so that both sides share one version.
/// </summary>
public sealed record FriendshipChanged
{
    /// <summary>The smaller id.</summary>
    public required Guid AthleteA { get; init; }

    /// <summary>The larger id.</summary>
    public required Guid AthleteB { get; init; }

    /// <summary>Grows by one with every change of this pair.</summary>
    public required long Version { get; init; }

    /// <summary>True when both have asked for it; false when it is a request or has ended.</summary>
    public required bool AreFriends { get; init; }

    /// <summary>Orders a pair the way every service does.</summary>
    /// <returns>The smaller id by its canonical text, then the larger.</returns>
    public static (Guid A, Guid B) Order(Guid one, Guid other) =>
        string.CompareOrdinal(one.ToString("D"), other.ToString("D")) <= 0 ? (one, other) : (other, one);
}
