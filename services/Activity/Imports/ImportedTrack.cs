using Strava.Contracts.Rest;
using Strava.Contracts.Sports;
using Strava.Contracts.Timing;
using Strava.Contracts.Tracks;

namespace Strava.Activities.Imports;

/// <summary>A piece of a file within which the recorder ran without a break.</summary>
/// <param name="Points">In file order; at least one.</param>
/// <param name="EndMs">When the recorder paused after it, if the file says so. A time before its last point is no such
/// word.</param>
internal sealed record ImportedSegment(IReadOnlyList<TrackPoint> Points, long? EndMs = null)
{
    public long? FirstMs { get; } = Points.Min(point => point.AtMs);

    public long? LastMs { get; } = Points.Select(point => point.AtMs).Append(EndMs).Max();

    public bool IsTimed { get; } = Points.All(point => point.AtMs is not null);
}

/// <summary>What a file holds, whatever its format.</summary>
/// <param name="Segments">Not empty.</param>
/// <param name="Sport">When the file says it.</param>
/// <param name="Name">When the file says it.</param>
/// <param name="MetadataTime">The file's own time, for tracks without times.</param>
/// <param name="OwnLog">The state log, when this platform wrote the file: complete.</param>
/// <param name="ElevationSource">When the file says with what it was recorded, and that is known to have a
/// barometer.</param>
internal sealed record ImportedTrack(
    IReadOnlyList<ImportedSegment> Segments,
    Sport? Sport,
    string? Name,
    DateTimeOffset? MetadataTime,
    StateLog? OwnLog = null,
    ElevationSource? ElevationSource = null)
{
    /// <summary>Points a stored chunk of a timed track.</summary>
    private const int ChunkPoints = 10_000;

    /// <summary>
    /// The segments in time order; in file order when the file is ours (it has them as they counted) or one of them has
    /// no times.
    /// </summary>
    public IReadOnlyList<TrackChunk> Chunks()
    {
        var inOrder = OwnLog is null && Segments.All(segment => segment.FirstMs is not null) ? TimedInOrder() : Segments;

        // A chunk without times is what no leg may cross, so only timed tracks may be cut into more of them.
        var pieces = Segments.All(segment => segment.IsTimed)
            ? inOrder.SelectMany(segment => segment.Points.OrderBy(point => point.AtMs).Chunk(ChunkPoints))
            : inOrder.Select(segment => segment.Points.ToArray());
        return [.. pieces.Select((points, i) => new TrackChunk(i, points))];
    }

    /// <summary>
    /// One activity: it starts with the first segment, the gaps between segments are pauses, and it is saved as the
    /// last one ends. A track without times lasts no time.
    /// </summary>
    public StateLog StateLog(DateTimeOffset now)
    {
        if (OwnLog is not null)
        {
            return OwnLog;
        }

        var timed = TimedInOrder().ToArray();
        var startMs = timed.FirstOrDefault()?.FirstMs ?? (MetadataTime ?? now).ToUnixTimeMilliseconds();
        var changes = new List<StateChange> { new(Transition.Started, startMs) };
        var endMs = startMs;
        foreach (var segment in timed)
        {
            // Segments that touch or overlap were recorded without a pause.
            if (segment.FirstMs > endMs)
            {
                changes.Add(new StateChange(Transition.Paused, endMs));
                changes.Add(new StateChange(Transition.Resumed, segment.FirstMs.Value));
            }

            endMs = Math.Max(endMs, segment.LastMs!.Value);
        }

        changes.Add(new StateChange(Transition.Stopped, endMs));
        changes.Add(new StateChange(Transition.Complete, endMs));
        return Contracts.Timing.StateLog.Empty.AppendRange(changes);
    }

    /// <exception cref="ImportFailureException">Well-formed, but it cannot have been so.</exception>
    public void Check(DateTimeOffset now)
    {
        var log = StateLog(now);
        var latestMs = Math.Max(log.CompletedAtMs!.Value, Segments.Max(segment => segment.LastMs) ?? 0);
        if (latestMs > (now + RequestRules.ClockTolerance).ToUnixTimeMilliseconds())
        {
            throw new ImportFailureException("gps/future-time", "The file ends in the future: set the device's clock, and the file's times.");
        }

        if (latestMs - log.StartedAtMs > RequestRules.LongestActivity.TotalMilliseconds)
        {
            throw new ImportFailureException(
                "activity/too-long", $"The file spans more than {RequestRules.LongestActivity.Days} days: split it into its activities.");
        }

        if (Segments.Any(segment => !segment.IsTimed && segment.Points.Count > PointCodec.MaxPoints))
        {
            throw new ImportFailureException(
                "file/too-many-points", $"A segment without times has {PointCodec.MaxPoints} points at most: split it.");
        }
    }

    private IEnumerable<ImportedSegment> TimedInOrder() =>
        Segments.Where(segment => segment.FirstMs is not null).OrderBy(segment => segment.FirstMs);
}
