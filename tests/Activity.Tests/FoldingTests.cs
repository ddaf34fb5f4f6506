using System.Diagnostics;
using Strava.Activities.Activities;
using Strava.Contracts;
using Strava.Contracts.Events;
using Strava.Contracts.Sports;
using Strava.Contracts.Timing;
using Strava.EventStore;
using Activity = Strava.Activities.Activities.Activity;

namespace Strava.Activities.Tests;

/// <summary>A stream is folded in time and memory that grow with its length, and no faster.</summary>
public sealed class FoldingTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    [Test]
    public void Twice_as_many_transitions_take_twice_the_memory()
    {
        Fold(10);
        var (few, many) = (Fold(4_000), Fold(8_000));
        TestContext.Out.WriteLine($"4,000 transitions: {few.Bytes / 1e6:F1} MB, {few.Ms:F1} ms; 8,000: {many.Bytes / 1e6:F1} MB, {many.Ms:F1} ms");

        Assert.That(many.Bytes, Is.LessThan(3 * few.Bytes));
    }

    [Test]
    public void Folded_at_once_it_is_the_same_as_event_by_event()
    {
        var events = Events(100).ToList();
        events.Add(new ActivityRenamed("other"));
        events.Add(new ActivityCompleted(Start.AddHours(1), 1, 2, 3, 4, 5, 6, 7, "UTC", new DateOnly(2026, 3, 1)));
        events.Add(new ActivityCompleted(Start.AddHours(1), 9, 2, 3, 4, 5, 6, 7, "UTC", new DateOnly(2026, 3, 1)));
        var created = Activity.Create(Guid.Empty, Created());

        var atOnce = created.Apply(events);
        var oneByOne = events.Aggregate(created, (activity, e) => activity.Apply(e));

        Assert.That(atOnce.Log.Changes, Is.EqualTo(oneByOne.Log.Changes));
        Assert.That(atOnce with { Log = StateLog.Empty }, Is.EqualTo(oneByOne with { Log = StateLog.Empty }));
        Assert.That(atOnce, Has.Property(nameof(Activity.State)).EqualTo(ActivityState.Complete));
        Assert.That(atOnce.Final!.DistanceMillimeters, Is.EqualTo(9));
        Assert.That(atOnce.Version, Is.EqualTo(1 + events.Count));
    }

    private static (long Bytes, double Ms) Fold(int transitions)
    {
        StoredEvent[] events = [.. Events(transitions).Prepend(Created()).Select((body, i) => new StoredEvent(0, Guid.Empty, i + 1, "", body))];
        var (bytes, started) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
        var stream = ActivityStream.Fold(events)!;
        var took = (GC.GetAllocatedBytesForCurrentThread() - bytes, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        Assert.That(stream.Activity.Log.Changes, Has.Count.EqualTo(transitions));
        return took;
    }

    private static ActivityCreated Created() => new(Guid.Empty, Sport.Run, "a run", Visibility.Everyone, null, Start);

    private static IEnumerable<object> Events(int transitions) => Enumerable.Range(0, transitions).Select(i => (object)(i switch
    {
        0 => new ActivityStarted(Start),
        _ when i % 2 == 1 => new ActivityPaused(Start.AddSeconds(i)),
        _ => new ActivityResumed(Start.AddSeconds(i)),
    }));
}
