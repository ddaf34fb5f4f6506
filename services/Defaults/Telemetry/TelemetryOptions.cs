using Microsoft.Extensions.Options;

namespace Strava.ServiceDefaults.Telemetry;

/// <summary>Where traces, metrics and logs go. The OTEL_* variables of OpenTelemetry hold for all the rest.</summary>
internal sealed class TelemetryOptions
{
    public const string Section = "Telemetry";

    /// <summary>
    /// Of an OTLP collector; the same as OTEL_EXPORTER_OTLP_ENDPOINT, and wins over it. Empty: no telemetry.
    /// </summary>
    public string Endpoint { get; set; } = "";

    /// <summary>Share of the traces that begin here and are kept; a caller's own decision is followed.</summary>
    public double SampleRatio { get; set; } = 1;
}

internal sealed class TelemetryOptionsValidator : IValidateOptions<TelemetryOptions>
{
    public ValidateOptionsResult Validate(string? name, TelemetryOptions options)
    {
        var faults = new List<string>();
        if (options.Endpoint.Length > 0
            && !(Uri.TryCreate(options.Endpoint, UriKind.Absolute, out var endpoint)
                && endpoint.Scheme is "http" or "https"))
        {
            faults.Add(
                "Telemetry:Endpoint (or OTEL_EXPORTER_OTLP_ENDPOINT) must be the absolute URL of an OTLP collector, "
                + "for example http://collector:4317.");
        }

        if (options.SampleRatio is not (>= 0 and <= 1))
        {
            faults.Add("Telemetry:SampleRatio must be a number from 0 (keep no trace) to 1 (keep all).");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
