using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Strava.Contracts;
using Strava.Contracts.Messages;
using Strava.Contracts.Sports;
using Strava.Contracts.Tracks;
using Strava.Core.Postgres;
using Strava.Core.Rebuild;
using Strava.LocalLegends.Activities;
using Strava.LocalLegends.Efforts;
using Strava.LocalLegends.Legends;
using Strava.LocalLegends.Matching;
using Strava.LocalLegends.Segments;
using Strava.Testing;

namespace Strava.Bench.Legends;

/// <summary>
/// One segment with so many athletes, and the service's write side in this process. A point of a track stands for one
/// effort, so that matching itself is not measured here.
/// </summary>
internal sealed class LegendWorld : IAsyncDisposable
{
    private readonly SegmentCatalogue _catalogue;

    private LegendWorld(NpgsqlDataSource database)
    {
        Database = database;
        _catalogue = new SegmentCatalogue(database, NullLogger<SegmentCatalogue>.Instance);
        Activities = new ActivityRows(new RebuildableTables(database));
        var telling = new LegendTelling(new Settings());
        Recount = new SegmentRecount(database, telling, TimeProvider.System);
        Matcher = new ActivityMatcher(
            database,
            _catalogue,
            new PointsAsEfforts(),
            new TrackClient(new NoClients(), database),
            new LegendRows(telling),
            TimeProvider.System);
    }

    public NpgsqlDataSource Database { get; }

    public ActivityRows Activities { get; }

    public ActivityMatcher Matcher { get; }

    public SegmentRecount Recount { get; }

    public int Segment { get; private set; }

    public static async Task<LegendWorld> CreateAsync()
    {
        var database = PostgresExtensions.CreateDataSource(
            await (await TestServers.PostgresAsync()).CreateDatabaseAsync("bench_legends"));
        await Migrator.RunAsync(database, [typeof(Migrator).Assembly, typeof(ActivityRows).Assembly]);
        return await CreateAsync(database);
    }

    /// <param name="database">The service's own; it is closed with this.</param>
    public static async Task<LegendWorld> CreateAsync(NpgsqlDataSource database)
    {
        var world = new LegendWorld(database);
        await world.ExecuteAsync(
            """
            WITH catalogue AS (UPDATE segment_catalogue SET change = change + 1 RETURNING change)
            INSERT INTO segment (
                id, made_by, sport, name, line, bounds, length_mm, time_zone, state, backfill_total, change)
            SELECT gen_random_uuid(), gen_random_uuid(), 1, 'Hill', $1, box(point(14, 46.01), point(14, 46)), 1112000,
                'UTC', 1, 0, change
            FROM catalogue
            """,
            PointCodec.Encode([new(null, 46_000_000, 14_000_000), new(null, 46_010_000, 14_000_000)]));
        world.Segment = await world.ScalarAsync<int>("SELECT number FROM segment");
        return world;
    }

    /// <summary>Some have many, most have few: 1 to 33 efforts of the last ninety days each, about 6 on average.</summary>
    public Task FillAsync(int athletes) => ExecuteAsync(
        """
        INSERT INTO effort (segment, activity_id, started_at, athlete_id, elapsed_ms, local_date, standing)
        SELECT $1, gen_random_uuid(), at, athlete, 60000 + (random() * 600000)::int, (at AT TIME ZONE 'UTC')::date, 2
        FROM (
            SELECT md5(a::text)::uuid AS athlete, now() - random() * interval '89 days' AS at
            FROM generate_series(1, $2) AS a, LATERAL generate_series(1, 1 + (30 * power(random(), 6))::int + a % 3) AS n) AS efforts
        """,
        Segment,
        athletes);

    /// <summary>Works out all rows.</summary>
    public async Task OpenAsync()
    {
        if (!await Recount.OpenAsync(Segment, default))
        {
            throw new InvalidOperationException("The segment does not open.");
        }
    }

    /// <summary>An activity with so many efforts of today, the last of them at that time.</summary>
    public async Task SayAsync(Guid activity, Guid athlete, int efforts, DateTime last)
    {
        var points = Enumerable.Range(0, efforts).Select(lap => new TrackPoint(
            new DateTimeOffset(last).ToUnixTimeMilliseconds() - (lap * 1_000L), Segment, 1, 60)).Reverse();
        await Activities.RecordAsync(
            new ActivitySummary
            {
                ActivityId = activity,
                AthleteId = athlete,
                Version = 1,
                Sport = Sport.Run,
                Name = "run",
                Visibility = Visibility.Everyone,
                StartedAt = last,
                CompletedAt = last,
                TimeZone = "UTC",
                LocalDate = DateOnly.FromDateTime(last),
                DistanceMillimeters = 1,
                TotalMilliseconds = 1,
                ActiveMilliseconds = 1,
                MovingMilliseconds = 1,
                ElevationGainCentimeters = 1,
                ElevationLossCentimeters = 1,
                PointCount = efforts,
            },
            default);
        await Activities.RecordTrackAsync(
            new ActivityTrackPublished
            {
                ActivityId = activity,
                AthleteId = athlete,
                Version = 1,
                Sport = Sport.Run,
                Points = Convert.ToBase64String(PointCodec.Encode([.. points])),
            },
            default);
    }

    public async Task ExecuteAsync(string sql, params object[] values)
    {
        await using var command = CommandOf(sql, values);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T> ScalarAsync<T>(string sql, params object[] values)
    {
        await using var command = CommandOf(sql, values);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        _catalogue.Dispose();
        await Database.DisposeAsync();
    }

    private NpgsqlCommand CommandOf(string sql, object[] values)
    {
#pragma warning disable CA2100 // Constants of the benches.
        var command = Database.CreateCommand(sql);
#pragma warning restore CA2100
        command.CommandTimeout = 600;
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return command;
    }

    private sealed class PointsAsEfforts : TrackMatch
    {
        public override FoundTrack Find(SegmentIndex index, Sport sport, TrackPoint[] points) => new(
            points.Select(point => new FoundEffort(point.LatitudeE6, point.AtMs!.Value, point.ElevationCm!.Value * 1_000)), [1]);
    }

    private sealed class Settings : IOptionsMonitor<LegendOptions>
    {
        public LegendOptions CurrentValue { get; } = new();

        public LegendOptions Get(string? name) => CurrentValue;

        public IDisposable? OnChange(Action<LegendOptions, string?> listener) => null;
    }

    private sealed class NoClients : IHttpClientFactory
    {
        public HttpClient CreateClient(string name) => throw new InvalidOperationException("No track here is long.");
    }
}
