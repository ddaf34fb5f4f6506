using System.Diagnostics;
using OpenTelemetry.Trace;

namespace Strava.ServiceDefaults.Telemetry;

/// <summary>
/// Which traces begin: a share of the requests and messages, and no call to a database or a server that belongs to
/// neither. Relays and probes ask Postgres many times a second, which would bury everything else.
/// </summary>
internal sealed class RootSampler(double ratio) : Sampler
{
    private readonly TraceIdRatioBasedSampler _share = new(ratio);

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
        samplingParameters.Kind == ActivityKind.Client
            ? new SamplingResult(SamplingDecision.Drop)
            : _share.ShouldSample(samplingParameters);
}
