using Strava.Contracts.Sports;
using Strava.Contracts.Timing;
using Strava.Contracts.Tracks;

namespace Strava.Activities.Imports;

/// <summary>A piece of a file within which the recorder ran without a break.</summary>
/// <param name="Points">In file order; at least one.</param>
/// <param name="EndMs">When the recorder paused after it, if the file says so; else its last time.</param>
internal sealed record ImportedSegment(IReadOnlyList<TrackPoint> Points, long? EndMs = null)
{
    public long? FirstMs => Points.Min(point => point.AtMs);

    public long? LastMs => EndMs ?? Points.Max(point => point.AtMs);
}

/// <summary>What a file holds, whatever its format.</summary>
/// <param name="Segments">Not empty.</param>
/// <param name="Sport">When the file says it.</param>
/// <param name="Name">When the file says it.</param>
/// <param name="MetadataTime">The file's own time, for tracks without times.</param>
internal sealed record ImportedTrack(
    IReadOnlyList<ImportedSegment> Segments, Sport? Sport, string? Name, DateTimeOffset? MetadataTime)
{
    /// <summary>The segments in time order; in file order as soon as one of them has no times.</summary>
    public IReadOnlyList<TrackChunk> Chunks()
    {
        var inOrder = Segments.All(segment => segment.FirstMs is not null) ? TimedInOrder() : Segments;
        return [.. inOrder.Select((segment, i) => new TrackChunk(i, [.. segment.Points]))];
    }

    /// <summary>
    /// One activity: it starts with the first segment, the gaps between segments are pauses, and it is saved as the last one
    /// ends. A track without times lasts no time.
    /// </summary>
    public StateLog StateLog(DateTimeOffset now)
    {
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

    private IEnumerable<ImportedSegment> TimedInOrder() =>
        Segments.Where(segment => segment.FirstMs is not null).OrderBy(segment => segment.FirstMs);
}
