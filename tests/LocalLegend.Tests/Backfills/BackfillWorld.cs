using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Strava.Contracts;
using Strava.Core.Postgres;
using Strava.Core.Rebuild;
using Strava.LocalLegends.Activities;
using Strava.LocalLegends.Backfills;
using Strava.LocalLegends.Efforts;
using Strava.LocalLegends.Legends;
using Strava.LocalLegends.Segments;
using Strava.LocalLegends.Tests.Efforts;
using Strava.LocalLegends.Tests.Segments;
using Strava.Testing;

namespace Strava.LocalLegends.Tests.Backfills;

/// <summary>The parts that write efforts, over a real Postgres; each step is taken by the test, in its own order.</summary>
internal sealed class BackfillWorld : IAsyncDisposable
{
    private readonly ActivityRows _activities;

    private BackfillWorld(NpgsqlDataSource database)
    {
        Database = database;
        _activities = new ActivityRows(new RebuildableTables(database));
        var (catalogue, telling) = (new SegmentCatalogue(database, NullLogger<SegmentCatalogue>.Instance), new LegendTelling(new KillSwitch()));
        var matcher = new ActivityMatcher(
            database, catalogue, new TrackMatch(), new TrackClient(new FakeActivity(), database), new LegendRows(telling), Clock);
        Matcher = new MatchWorker(
            new MatchMarks(database), matcher, Clock, Options.Create(new MatchOptions()), NullLogger<MatchWorker>.Instance);
        Backfill = new Backfill(
            database, new StoredTracks(database), new BackfillEfforts(database), new SegmentRecount(database, telling, Clock));
    }

    public NpgsqlDataSource Database { get; }

    public SettableTime Clock { get; } = new() { Now = Lines.Start.AddDays(1) };

    public MatchWorker Matcher { get; }

    public Backfill Backfill { get; }

    public static async Task<BackfillWorld> CreateAsync()
    {
        var connection = await (await TestServers.PostgresAsync()).CreateDatabaseAsync("strava_locallegend");
        var world = new BackfillWorld(PostgresExtensions.CreateDataSource($"{connection};Options=-c synchronous_commit=off"));
        await Migrator.RunAsync(world.Database, [typeof(Migrator).Assembly, typeof(ActivityRows).Assembly]);
        return world;
    }

    /// <summary>A run along the line at 46, 14.5, from before its start to beyond its end.</summary>
    public async Task RunAsync(Guid activity, Guid athlete, int minute, long version = 1, Visibility visibility = Visibility.Everyone, double lon = 14.5)
    {
        var at = Lines.Start.AddMinutes(minute);
        await _activities.RecordAsync(Lines.Figures(activity, athlete, version, visibility, at), default);
        if (visibility == Visibility.Everyone)
        {
            await _activities.RecordTrackAsync(
                Lines.Track(activity, athlete, Lines.RunAlong(46, lon, 500, at), version), default);
        }
    }

    public async Task<int> MakeAsync()
    {
        var (line, _) = NewSegment.Of(Contracts.Sports.Sport.Run, Lines.North(46, 14.5, 500).ToLine(), "points");
        await using var work = await new MadeSegments(Database).BeginAsync(default);
        var made = await work.InsertAsync(new Wish(Guid.NewGuid(), Guid.NewGuid(), "line", "UTC", line!), Clock.Now, default);
        await work.CommitAsync(default);
        return made.Number;
    }

    /// <summary>Until no mark is left.</summary>
    public async Task MatchAsync()
    {
        while (await Matcher.WorkAsync(default) > 0)
        {
        }
    }

    /// <summary>One step of the worker's.</summary>
    /// <returns>False: nothing is left to do.</returns>
    public async Task<bool> StepAsync()
    {
        if (await Backfill.NextAsync(default) is not { } segment)
        {
            return false;
        }

        if (!segment.IsListed)
        {
            await Backfill.ListAsync(segment, default);
        }
        else if (await Backfill.MatchAsync(segment, default) == 0)
        {
            await Backfill.OpenAsync(segment, default);
        }

        return true;
    }

    public async Task FinishAsync()
    {
        for (var steps = 0; await StepAsync(); steps++)
        {
            Assert.That(steps, Is.LessThan(100), "the backfill does not end");
        }
    }

    /// <summary>Efforts by the activities that have them, each once.</summary>
    public async Task<List<Guid>> EffortsAsync(int segment)
    {
        await using var command = Database.CreateCommand(
            "SELECT activity_id FROM effort WHERE segment = $1 ORDER BY started_at");
        command.Parameters.Add(new() { Value = segment });
        await using var rows = await command.ExecuteReaderAsync();
        var found = new List<Guid>();
        while (await rows.ReadAsync())
        {
            found.Add(rows.GetGuid(0));
        }

        return found;
    }

    /// <summary>What is stored is what the slow way gives, and the counters of ranks are those of the board.</summary>
    public async Task AssertRightAsync()
    {
        Assert.That(await new LegendOracle(Database).DifferencesAsync(Clock.Now), Is.Empty);
        await using var command = Database.CreateCommand(
            """
            SELECT count(*) FROM (
                SELECT segment, year, shift, low, athletes FROM best_effort_count WHERE athletes <> 0
                EXCEPT SELECT segment, year, s.shift, elapsed_ms >> s.shift, count(*) FROM best_effort
                CROSS JOIN (VALUES (10), (15), (20)) AS s (shift) GROUP BY 1, 2, 3, 4) AS wrong
            """);
        Assert.That(await command.ExecuteScalarAsync(), Is.Zero, "counters of ranks");
    }

    public async ValueTask DisposeAsync() => await Database.DisposeAsync();
}
