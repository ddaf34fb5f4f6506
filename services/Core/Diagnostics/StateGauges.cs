using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Strava.Core.Diagnostics;

/// <summary>A figure that the service's own database knows.</summary>
/// <param name="Name">Of the metric.</param>
/// <param name="Unit">Of the metric.</param>
/// <param name="Description">Of the metric.</param>
/// <param name="Sql">Gives one number, cheaply whatever the tables hold. Every node asks: take the maximum over
/// nodes.</param>
public sealed record StateGauge(string Name, string Unit, string Description, string Sql);

/// <summary>A further database in which the gauges are read.</summary>
/// <param name="Shard">Becomes a tag of each figure; <c>null</c>: there is one database only.</param>
/// <param name="Database">The database.</param>
public sealed record GaugedDatabase(string? Shard, NpgsqlDataSource Database);

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
internal sealed class StateGauges(
    NpgsqlDataSource database, IEnumerable<GaugedDatabase> further, IEnumerable<StateGauge> gauges, TimeProvider clock)
    : BackgroundService
{
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(5);
    private readonly Gauge[] _gauges = [.. gauges.Select(gauge => new Gauge(gauge, clock))];

    /// <summary>Each by itself: one that is away silences no other.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var others = further.ToArray();
        return Task.WhenAll(others.Prepend(new GaugedDatabase(others.Length == 0 ? null : "home", database))
            .Select(one => ReadAsync(one, stoppingToken)));
    }

    private async Task ReadAsync(GaugedDatabase of, CancellationToken stoppingToken)
    {
        var readings = Array.ConvertAll(_gauges, gauge => gauge.Of(of));
        using var timer = new PeriodicTimer(Round, clock);
        do
        {
            foreach (var reading in readings.Where(reading => reading.IsWanted))
            {
                try
                {
                    await reading.ReadAsync(stoppingToken);
                }
                catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
                {
                    // The gauge falls silent, which is what one alarms on; the health check names the database.
                }
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private sealed class Gauge
    {
        private readonly StateGauge _gauge;
        private readonly TimeProvider _clock;
        private readonly ConcurrentBag<Reading> _readings = [];
        private readonly ObservableGauge<double> _instrument;

        public Gauge(StateGauge gauge, TimeProvider clock)
        {
            _gauge = gauge;
            _clock = clock;
            _instrument = Measured.Meter.CreateObservableGauge(
                gauge.Name, () => _readings.SelectMany(reading => reading.Observe()), gauge.Unit, gauge.Description);
        }

        public Reading Of(GaugedDatabase database)
        {
            var reading = new Reading(_gauge.Sql, database, _clock, _instrument);
            _readings.Add(reading);
            return reading;
        }
    }

    private sealed class Reading(string sql, GaugedDatabase of, TimeProvider clock, ObservableGauge<double> instrument)
    {
        private readonly KeyValuePair<string, object?>[] _tags = of.Shard is null ? [] : [new("shard", of.Shard)];
        private (double Value, long At)? _last;

        public bool IsWanted => instrument.Enabled;

        public async Task ReadAsync(CancellationToken cancellationToken)
        {
            await using var command = of.Database.CreateCommand(sql);
            command.CommandTimeout = 3;
            var value = await command.ExecuteScalarAsync(cancellationToken);
            _last = (Convert.ToDouble(value is DBNull ? 0 : value, provider: null), clock.GetTimestamp());
        }

        public IEnumerable<Measurement<double>> Observe() =>
            _last is { } last && clock.GetElapsedTime(last.At) < 3 * Round ? [new(last.Value, _tags)] : [];
    }
}
