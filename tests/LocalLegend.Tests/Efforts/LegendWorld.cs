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

namespace Strava.LocalLegends.Tests.Efforts;

/// <summary>
/// The write side over a real Postgres, as one node has it. A point of a track stands for one effort: its latitude is
/// the segment's number, its height the elapsed seconds.
/// </summary>
internal sealed class LegendWorld : IAsyncDisposable
{
    private readonly SegmentCatalogue _catalogue;
    private readonly bool _ownsDatabase;

    private LegendWorld(NpgsqlDataSource database, SettableTime clock, bool ownsDatabase)
    {
        (Database, Clock, _ownsDatabase) = (database, clock, ownsDatabase);
        Tables = new RebuildableTables(database);
        Activities = new ActivityRows(Tables);
        _catalogue = new SegmentCatalogue(database, NullLogger<SegmentCatalogue>.Instance);
        Telling = new LegendTelling(Switch);
        Legends = new LegendRows(Telling);
        Marks = new MatchMarks(database);
        Matcher = new ActivityMatcher(
            database, _catalogue, new PointsAsEfforts(), new TrackClient(Clients, database), Legends, clock);
        Worker = new MatchWorker(
            Marks, Matcher, clock, Options.Create(new MatchOptions()), NullLogger<MatchWorker>.Instance);
        Recount = new SegmentRecount(database, Telling, clock);
        Standings = new Standings(database);
        Walker = new StandingWalker(database, Legends, clock, NullLogger<StandingWalker>.Instance);
        Sweeper = new LegendSweeper(database, Telling, Switch, clock, NullLogger<LegendSweeper>.Instance);
    }

    public NpgsqlDataSource Database { get; }

    public SettableTime Clock { get; }

    public KillSwitch Switch { get; } = new();

    public FakeActivity Clients { get; } = new();

    public RebuildableTables Tables { get; }

    public ActivityRows Activities { get; }

    public LegendTelling Telling { get; }

    public LegendRows Legends { get; }

    public MatchMarks Marks { get; }

    public ActivityMatcher Matcher { get; }

    public MatchWorker Worker { get; }

    public SegmentRecount Recount { get; }

    public Standings Standings { get; }

    public StandingWalker Walker { get; }

    public LegendSweeper Sweeper { get; }

    public LegendOracle Oracle => new(Database);

    public static async Task<LegendWorld> CreateAsync(DateTimeOffset now)
    {
        var database = PostgresExtensions.CreateDataSource(
            await (await TestServers.PostgresAsync()).CreateDatabaseAsync("strava_locallegend"));
        await Migrator.RunAsync(database, [typeof(Migrator).Assembly, typeof(ActivityRows).Assembly]);
        return new LegendWorld(database, new SettableTime { Now = now }, ownsDatabase: true);
    }

    /// <summary>A second node on the same database, with a clock of its own.</summary>
    public LegendWorld Node(TimeSpan clockAhead) =>
        new(Database, new SettableTime { Now = Clock.Now + clockAhead }, ownsDatabase: false);

    /// <returns>Its number; open at once.</returns>
    public async Task<int> MakeSegmentAsync(string timeZone = "UTC", short state = 2)
    {
        var line = PointCodec.Encode([new(null, 46_000_000, 14_000_000), new(null, 46_010_000, 14_000_000)]);
        return await ScalarAsync<int>(
            """
            WITH catalogue AS (UPDATE segment_catalogue SET change = change + 1 RETURNING change)
            INSERT INTO segment (id, made_by, sport, name, line, bounds, length_mm, time_zone, state, change, backfill_total)
            SELECT gen_random_uuid(), gen_random_uuid(), 1, 'Hill', $1, box(point(14, 46.01), point(14, 46)), 1112000, $2, $3, change, 0
            FROM catalogue RETURNING number
            """,
            line,
            timeZone,
            state);
    }

    /// <summary>Both messages of an activity; without efforts it has no track.</summary>
    public async Task SayAsync(
        Guid activity,
        Guid athlete,
        long version,
        IReadOnlyList<(int Segment, DateTime StartedAt, int Seconds)> efforts,
        Visibility visibility = Visibility.Everyone)
    {
        await Activities.RecordAsync(Figures(activity, athlete, version, visibility), default);
        if (visibility == Visibility.Everyone)
        {
            await Activities.RecordTrackAsync(Track(activity, athlete, version, efforts), default);
        }
    }

    public Task DeleteAsync(Guid activity, Guid athlete, long version) => Activities.DeleteAsync(
        new ActivityDeleted { ActivityId = activity, AthleteId = athlete, Version = version }, default);

    /// <summary>Until there is nothing left to do, for matchers and walker.</summary>
    public async Task SettleAsync()
    {
        while (await Worker.WorkAsync(default) > 0 || await Walker.WalkAsync(default))
        {
        }
    }

    public async Task AssertRightAsync(string? when = null) =>
        Assert.That(await Oracle.DifferencesAsync(Clock.Now), Is.Empty, when);

    /// <summary>All derived rows in one text; the same rows, the same text.</summary>
    public async Task<string> RowsAsync()
    {
        var text = new List<string>();
        foreach (var table in new[] { "effort", "rolling_local_legend", "legend_histogram", "best_effort", "track_cells" })
        {
            text.Add(await ScalarAsync<string>(
                $"SELECT '{table}: ' || coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '') FROM {table} t"));
        }

        return string.Join('\n', text);
    }

    public async Task<List<LocalLegendChanged>> ToldAsync()
    {
        await using var command = Database.CreateCommand("SELECT body::text FROM outbox ORDER BY id");
        await using var rows = await command.ExecuteReaderAsync();
        var told = new List<LocalLegendChanged>();
        while (await rows.ReadAsync())
        {
            told.Add(System.Text.Json.JsonSerializer.Deserialize<LocalLegendChanged>(rows.GetString(0))!);
        }

        return told;
    }

    public async Task<T> ScalarAsync<T>(string sql, params object[] values)
    {
#pragma warning disable CA2100 // Constants of the tests.
        await using var command = Database.CreateCommand(sql);
#pragma warning restore CA2100
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        _catalogue.Dispose();
        Clients.Dispose();
        Walker.Dispose();
        Sweeper.Dispose();
        Worker.Dispose();
        if (_ownsDatabase)
        {
            await Database.DisposeAsync();
        }
    }

    public static ActivitySummary Figures(Guid activity, Guid athlete, long version, Visibility visibility = Visibility.Everyone) => new()
    {
        ActivityId = activity,
        AthleteId = athlete,
        Version = version,
        Sport = Sport.Run,
        Name = "run",
        Visibility = visibility,
        StartedAt = DateTimeOffset.UnixEpoch,
        CompletedAt = DateTimeOffset.UnixEpoch,
        TimeZone = "UTC",
        LocalDate = new DateOnly(2026, 11, 22),
        DistanceMillimeters = 1,
        TotalMilliseconds = 1,
        ActiveMilliseconds = 1,
        MovingMilliseconds = 1,
        ElevationGainCentimeters = 1,
        ElevationLossCentimeters = 1,
        PointCount = 2,
    };

    public static ActivityTrackPublished Track(
        Guid activity, Guid athlete, long version, IReadOnlyList<(int Segment, DateTime StartedAt, int Seconds)> efforts) => new()
        {
            ActivityId = activity,
            AthleteId = athlete,
            Version = version,
            Sport = Sport.Run,
            Points = Convert.ToBase64String(Encode(efforts)),
        };

    public static byte[] Encode(IReadOnlyList<(int Segment, DateTime StartedAt, int Seconds)> efforts) => PointCodec.Encode(
        [.. efforts.Select(effort => new TrackPoint(
            new DateTimeOffset(effort.StartedAt).ToUnixTimeMilliseconds(), effort.Segment, 1, effort.Seconds))]);

    private sealed class PointsAsEfforts : TrackMatch
    {
        public override FoundTrack Find(SegmentIndex index, Sport sport, TrackPoint[] points) => new(
            points.Where(point => index.Find(point.LatitudeE6) is not null)
                .Select(point => new FoundEffort(point.LatitudeE6, point.AtMs!.Value, point.ElevationCm!.Value * 1_000)),
            [.. points.Select(point => point.LatitudeE6).Distinct().Order()]);
    }
}

internal sealed class SettableTime : TimeProvider
{
    public DateTimeOffset Now { get; set; }

    public override DateTimeOffset GetUtcNow() => Now;
}

internal sealed class KillSwitch : IOptionsMonitor<LegendOptions>
{
    public LegendOptions CurrentValue { get; set; } = new();

    public LegendOptions Get(string? name) => CurrentValue;

    public IDisposable? OnChange(Action<LegendOptions, string?> listener) => null;
}

/// <summary>In the place of Activity's management port.</summary>
internal sealed class FakeActivity : HttpMessageHandler, IHttpClientFactory
{
    /// <summary><c>null</c>: away.</summary>
    public Func<Guid, HttpResponseMessage>? Answer { get; set; }

    public int Asked { get; private set; }

    public HttpClient CreateClient(string name) =>
        new(this, disposeHandler: false) { BaseAddress = new Uri("http://activity.test") };

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Asked++;
        return Task.FromResult(
            Answer?.Invoke(Guid.Parse(request.RequestUri!.Segments[^1])) ?? throw new HttpRequestException("away"));
    }
}
