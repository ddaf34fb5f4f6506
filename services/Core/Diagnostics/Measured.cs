using System.Diagnostics.Metrics;

namespace Strava.Core.Diagnostics;

/// <summary>The platform's own metrics. docs/operations.md says what each means.</summary>
public static class Measured
{
    // From tens of milliseconds to an hour: an outage is what these are for.
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600],
    };

    public static Meter Meter { get; } = new("Strava");

    /// <summary>From the commit to the broker's confirm.</summary>
    public static Histogram<double> PublishDelay { get; } = Meter.CreateHistogram(
        "strava.publish.delay", "s", "From an event's commit to the broker's confirm of its message", tags: null, Seconds);

    /// <summary>From the commit to the end of a consumer's work.</summary>
    public static Histogram<double> ProjectorDelay { get; } = Meter.CreateHistogram(
        "strava.projector.delay", "s", "From an event's commit to the moment when a projector has stored it", tags: null, Seconds);

    public static Gauge<int> OpenGaps { get; } = Meter.CreateGauge<int>(
        "strava.subscription.open_gaps", "{gap}", "Gaps in the event numbers that may still be filled");

    public static Counter<long> BusRestarts { get; } = Meter.CreateCounter<long>(
        "strava.bus.restarts", "{restart}", "Restarts of the bus because the broker knew of no consumer of ours");
}
