namespace Strava.EventStore;

/// <summary>One event as it is stored.</summary>
/// <param name="Sequence">Global number, from 1; neither gapless nor in commit order.</param>
/// <param name="StreamId">The stream.</param>
/// <param name="Version">Position in the stream, from 1, gapless.</param>
/// <param name="Alias">Type alias.</param>
/// <param name="Body">The decoded body; <c>null</c> when only the header was read.</param>
public sealed record StoredEvent(long Sequence, Guid StreamId, long Version, string Alias, object? Body)
{
    /// <summary>When its transaction began, by the database's clock; <c>null</c> when it was not read.</summary>
    public DateTimeOffset? StoredAt { get; init; }
}
