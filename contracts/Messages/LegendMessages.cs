using Strava.Contracts.Sports;

namespace Strava.Contracts.Messages;

/// <summary>
/// A segment's Local Legend title has changed hands. At most one for a segment and date of the segment's own days;
/// the broker may repeat it, with the same message id. Whoever holds it at the end of several changes on one day is
/// told on the next.
/// </summary>
public sealed record LocalLegendChanged
{
    /// <summary>The segment.</summary>
    public required Guid SegmentId { get; init; }

    /// <summary>Its name at that time.</summary>
    public required string SegmentName { get; init; }

    /// <summary>Its sport.</summary>
    public required Sport Sport { get; init; }

    /// <summary>The segment-local day from which the winner holds the title.</summary>
    public required DateOnly Date { get; init; }

    /// <summary>Who holds it now; <c>null</c>: nobody has an effort of the last 90 days.</summary>
    public required Guid? WonBy { get; init; }

    /// <summary>The winner's efforts of the last 90 days; 0 without one.</summary>
    public required int Efforts { get; init; }

    /// <summary>Who was told to hold it before; <c>null</c>: nobody.</summary>
    public required Guid? LostBy { get; init; }

    /// <summary>The former holder's efforts of the last 90 days, as of now.</summary>
    public required int LostWithEfforts { get; init; }
}
