using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Strava.Core.Diagnostics;

namespace Strava.Core.Bus;

/// <summary>
/// What lies in the broker's queues, as the watch last heard. What is old is not told: a stale figure would look like a
/// quiet one.
/// </summary>
internal sealed class QueueGauges(TimeProvider clock, TimeSpan goodFor) : IDisposable
{
    private readonly ConcurrentDictionary<string, (long Waiting, long SetAside, long At)> _heard = new();
    private readonly Meter _meter = new(Measured.Meter.Name);

    public void Start()
    {
        _meter.CreateObservableGauge(
            "strava.queue.waiting", () => Tell(heard => heard.Waiting), "{message}",
            "Messages of a queue that nobody has taken yet");
        _meter.CreateObservableGauge(
            "strava.queue.set_aside", () => Tell(heard => heard.SetAside), "{message}",
            "Messages that could not be taken and lie in the queue's _error, _skipped or _dead_letter");
    }

    public void Hear(string queue, long waiting, long setAside) =>
        _heard[queue] = (waiting, setAside, clock.GetTimestamp());

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<long>> Tell(Func<(long Waiting, long SetAside, long At), long> figure) =>
        from heard in _heard
        where clock.GetElapsedTime(heard.Value.At) < goodFor
        select new Measurement<long>(figure(heard.Value), new KeyValuePair<string, object?>("queue", heard.Key));
}
