using System.Diagnostics.Metrics;
using Strava.Testing;

namespace Strava.Leaderboards.Tests.Running;

/// <summary>What an operator sees of boards that cannot keep up.</summary>
[Category("Integration")]
public class BoardGaugesTests
{
    private static readonly TimeSpan SeveralRounds = TimeSpan.FromSeconds(30);

    [Test]
    public async Task They_tell_how_many_changes_wait_and_since_when_until_none_does()
    {
        await using var world = await World.CreateAsync();
        using var seen = new Gauges();
        await using var host = await world.HostAsync();
        var redis = await TestServers.RedisAsync();
        await redis.KillAsync();
        try
        {
            await host.PublishAsync([.. Enumerable.Range(1, 3).Select(_ => Messages.Activity(Guid.NewGuid(), 10))]);
            await Eventually.HoldsAsync(() => seen["strava.board.dirty"] == 3, SeveralRounds);
            await Eventually.HoldsAsync(() => seen["strava.board.staleness"] is >= 4 and < 60, SeveralRounds);
        }
        finally
        {
            await redis.StartAsync();
        }

        await Eventually.HoldsAsync(() => seen["strava.board.dirty"] == 0, SeveralRounds);
        await Eventually.HoldsAsync(() => seen["strava.board.staleness"] == 0, SeveralRounds);
    }

    /// <summary>The last value of each gauge of the boards, asked for as an exporter does.</summary>
    private sealed class Gauges : IDisposable
    {
        private readonly Dictionary<string, double> _values = [];
        private readonly MeterListener _listener = new();

        public Gauges()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name.StartsWith("strava.board.", StringComparison.Ordinal))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<double>(
                (instrument, value, _, _) => _values[instrument.Name] = value);
            _listener.Start();
        }

        /// <returns><c>null</c>: nothing is told.</returns>
        public double? this[string name]
        {
            get
            {
                _values.Clear();
                _listener.RecordObservableInstruments();
                return _values.TryGetValue(name, out var value) ? value : null;
            }
        }

        public void Dispose() => _listener.Dispose();
    }
}
