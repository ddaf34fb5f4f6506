using Strava.Contracts.Sports;

namespace Strava.Contracts.Rest;

/// <summary>A Local Legend title that changed hands: a line of <c>GET /feed/local-legends</c>.</summary>
public sealed record TitleChange
{
    /// <summary>The segment.</summary>
    public required Guid SegmentId { get; init; }

    /// <summary>Its name at that time.</summary>
    public required string SegmentName { get; init; }

    /// <summary>Its sport.</summary>
    public required Sport Type { get; init; }

    /// <summary>The segment-local day from which it is so.</summary>
    public required DateOnly Date { get; init; }

    /// <summary>Who is the Local Legend now; <c>null</c>: nobody has an effort of the last 90 days.</summary>
    public required TitleHolder? WonBy { get; init; }

    /// <summary>The winner's efforts of the last 90 days.</summary>
    public required int EffortCount { get; init; }

    /// <summary>Who was it before; <c>null</c>: nobody.</summary>
    public required TitleHolder? LostBy { get; init; }

    /// <summary>The former one's efforts of the last 90 days, as of that day.</summary>
    public required int LostWithEffortCount { get; init; }
}

/// <summary>An athlete by name.</summary>
/// <param name="Id">The athlete.</param>
/// <param name="Name">The name; <c>null</c> as long as the profile has not come.</param>
public sealed record TitleHolder(Guid Id, string? Name);
