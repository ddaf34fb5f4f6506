namespace Strava.EventStore;

/// <summary>A stream of this id exists already.</summary>
public sealed class StreamExistsException(Exception inner) : Exception("The stream exists already.", inner);

/// <summary>There is no stream of this id to append to.</summary>
public sealed class StreamMissingException(Guid streamId, Exception inner)
    : Exception($"There is no stream {streamId}; start it first.", inner);

/// <summary>The stream is archived: nothing is appended to it any more.</summary>
public sealed class StreamArchivedException(Guid streamId, Exception inner)
    : Exception($"The stream {streamId} is archived; nothing is appended to it.", inner);

/// <summary>The stream is not where it was when it was read: read it again and decide anew.</summary>
/// <param name="streamId">The stream.</param>
/// <param name="expectedVersion">Version that the append was to follow; <c>null</c> when any would have done.</param>
/// <param name="actualVersion">Version of the stream just after the refusal.</param>
/// <param name="inner">What the database said.</param>
public sealed class ConcurrencyException(Guid streamId, long? expectedVersion, long actualVersion, Exception inner)
    : Exception(
        expectedVersion is { } expected
            ? $"The stream {streamId} is at version {actualVersion}, not at the expected {expected}."
            : $"Another writer raced this append to the stream {streamId}, which is at version {actualVersion}.",
        inner)
{
    public Guid StreamId => streamId;

    public long? ExpectedVersion => expectedVersion;

    public long ActualVersion => actualVersion;
}
