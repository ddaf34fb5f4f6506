using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Strava.Core.Diagnostics;

/// <summary>A figure that the service's own database knows.</summary>
/// <param name="Name">Of the metric.</param>
/// <param name="Unit">Of the metric.</param>
/// <param name="Description">Of the metric.</param>
/// <param name="Sql">Gives one number, cheaply whatever the tables hold. Every node asks: take the maximum over nodes.</param>
public sealed record StateGauge(string Name, string Unit, string Description, string Sql);

public static class StateGaugesExtensions
{
    public static WebApplicationBuilder AddStateGauges(this WebApplicationBuilder builder, params StateGauge[] gauges)
    {
        foreach (var gauge in gauges)
        {
            builder.Services.AddSingleton(gauge);
        }

        builder.Services.AddHostedService<StateGauges>();
        return builder;
    }
}

/// <summary>
/// Asks the database for the gauges now and then, so that reading a metric never waits for it. What is older than three
/// rounds is not told: a stale figure would look like a quiet one.
/// </summary>
internal sealed class StateGauges(NpgsqlDataSource database, IEnumerable<StateGauge> gauges, TimeProvider clock)
    : BackgroundService
{
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(5);
    private readonly Reading[] _readings = [.. gauges.Select(gauge => new Reading(gauge, clock))];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Round, clock);
        do
        {
            foreach (var reading in _readings.Where(reading => reading.IsWanted))
            {
                try
                {
                    await reading.ReadAsync(database, stoppingToken);
                }
                catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
                {
                    // The gauge falls silent, which is what one alarms on; the health check names the database.
                }
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private sealed class Reading
    {
        private readonly StateGauge _gauge;
        private readonly TimeProvider _clock;
        private readonly System.Diagnostics.Metrics.ObservableGauge<double> _instrument;
        private (double Value, long At)? _last;

        public Reading(StateGauge gauge, TimeProvider clock)
        {
            _gauge = gauge;
            _clock = clock;
            _instrument = Measured.Meter.CreateObservableGauge(gauge.Name, Observe, gauge.Unit, gauge.Description);
        }

        public bool IsWanted => _instrument.Enabled;

        public async Task ReadAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
        {
            await using var command = database.CreateCommand(_gauge.Sql);
            command.CommandTimeout = 3;
            var value = await command.ExecuteScalarAsync(cancellationToken);
            _last = (Convert.ToDouble(value is DBNull ? 0 : value, provider: null), _clock.GetTimestamp());
        }

        private IEnumerable<System.Diagnostics.Metrics.Measurement<double>> Observe() =>
            _last is { } last && _clock.GetElapsedTime(last.At) < 3 * Round ? [new(last.Value)] : [];
    }
}
