using System.Net;
using Npgsql;
using Strava.Contracts;
using Strava.LocalLegends.Efforts;
using Strava.LocalLegends.Matching;

namespace Strava.LocalLegends.Tests.Efforts;

/// <summary>Marks, long tracks, faults, kills, and backfills beside live activities.</summary>
[Category("Integration")]
[Parallelizable]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class MatchingTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid Ann = Guid.NewGuid();
    private static readonly Guid Run = Guid.NewGuid();

    private LegendWorld _world = null!;
    private int _hill;

    [SetUp]
    public async Task Create()
    {
        _world = await LegendWorld.CreateAsync(Noon);
        _hill = await _world.MakeSegmentAsync();
    }

    [TearDown]
    public ValueTask Dispose() => _world.DisposeAsync();

    [Test]
    public async Task A_long_track_is_fetched_once_it_can_be_and_waits_until_then()
    {
        await _world.SayAsync(Run, Ann, 4, []);
        await _world.Activities.RecordTrackAsync(LegendWorld.Track(Run, Ann, 5, []) with { Points = null }, default);
        Assert.That(await _world.Worker.WorkAsync(default), Is.EqualTo(1));
        Assert.That(await _world.Worker.WorkAsync(default), Is.Zero, "put off");
        Assert.That(await _world.ScalarAsync<int>("SELECT tries FROM match_mark"), Is.EqualTo(1));

        var version = 4;
        _world.Clients.Answer = _ => Answer(version, LegendWorld.Encode([(_hill, Noon.UtcDateTime, 60)]));
        await DueAsync();
        await _world.Worker.WorkAsync(default);
        Assert.That(await EffortsAsync(), Is.Zero, "that of a version before is not taken");
        version = 5;
        await DueAsync();
        await _world.Worker.WorkAsync(default);
        Assert.That(await EffortsAsync(), Is.EqualTo(1));

        var asked = _world.Clients.Asked;
        await _world.Database.CreateCommand(MatchMarks.MarkAll).ExecuteNonQueryAsync();
        await _world.SettleAsync();
        Assert.That(_world.Clients.Asked, Is.EqualTo(asked), "it is kept");

        await _world.SayAsync(Run, Ann, 6, [], Visibility.OnlyMe);
        await _world.SettleAsync();
        Assert.That(
            await _world.ScalarAsync<long>("SELECT (SELECT count(*) FROM fetched_track) + (SELECT count(*) FROM effort)"),
            Is.Zero);
    }

    [Test]
    public async Task A_long_track_that_is_gone_has_no_efforts()
    {
        await _world.Activities.RecordAsync(LegendWorld.Figures(Run, Ann, 5), default);
        await _world.Activities.RecordTrackAsync(LegendWorld.Track(Run, Ann, 5, []) with { Points = null }, default);
        _world.Clients.Answer = _ => new HttpResponseMessage(HttpStatusCode.NotFound);
        await _world.SettleAsync();
        Assert.That(await _world.ScalarAsync<long>("SELECT count(*) FROM match_mark"), Is.Zero);
        await _world.AssertRightAsync();
    }

    [Test]
    public async Task A_track_that_cannot_be_read_is_set_aside_until_the_activity_changes()
    {
        await _world.Activities.RecordAsync(LegendWorld.Figures(Run, Ann, 1), default);
        await _world.Activities.RecordTrackAsync(
            LegendWorld.Track(Run, Ann, 1, []) with { Points = Convert.ToBase64String([9, 9, 9]) }, default);
        Assert.That(await _world.Worker.WorkAsync(default), Is.EqualTo(1));
        Assert.That(await _world.Worker.WorkAsync(default), Is.Zero);
        Assert.That(await _world.ScalarAsync<bool>("SELECT not_before = 'infinity' FROM match_mark"), Is.True);

        await _world.SayAsync(Run, Ann, 2, [(_hill, Noon.UtcDateTime, 60)]);
        await _world.SettleAsync();
        Assert.That(await EffortsAsync(), Is.EqualTo(1));
    }

    [Test]
    public async Task Whoever_is_killed_in_the_middle_leaves_nothing_but_the_mark()
    {
        await _world.SayAsync(Run, Ann, 1, [(_hill, Noon.UtcDateTime, 60)]);
        var rows = await _world.RowsAsync();

        // Its last statement but the commit: whatever went before is undone with it.
        await _world.Database.CreateCommand(
            """
            CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                PERFORM pg_terminate_backend(pg_backend_pid());
                RETURN OLD;
            END $$;
            CREATE TRIGGER die BEFORE DELETE ON match_mark FOR EACH ROW EXECUTE FUNCTION die();
            """).ExecuteNonQueryAsync();
        Assert.That(() => _world.Matcher.MatchAsync(Run, default), Throws.InstanceOf<NpgsqlException>());
        Assert.That(await _world.RowsAsync(), Is.EqualTo(rows));
        Assert.That(await _world.ToldAsync(), Is.Empty);

        await _world.Database.CreateCommand("DROP TRIGGER die ON match_mark").ExecuteNonQueryAsync();
        await _world.SettleAsync();
        await _world.AssertRightAsync();
        Assert.That(await EffortsAsync(), Is.EqualTo(1));
        Assert.That(await _world.ToldAsync(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task An_activity_that_is_being_matched_is_left_alone_by_others()
    {
        await _world.SayAsync(Run, Ann, 1, [(_hill, Noon.UtcDateTime, 60)]);
        await using var connection = await _world.Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        Assert.That(await TakenActivity.TakeAsync(connection, Run, default), Is.Not.Null);
        Assert.That(await _world.Matcher.MatchAsync(Run, default), Is.False);
        await transaction.RollbackAsync();
        Assert.That(await _world.Matcher.MatchAsync(Run, default), Is.True);
    }

    [Test]
    public async Task A_backfill_beside_live_activities_misses_nothing_and_counts_nothing_twice()
    {
        var random = new Random(5);
        var activities = Enumerable.Range(0, 40).Select(_ => (Id: Guid.NewGuid(), Athlete: new Guid(random.Next(6), 1, 1, new byte[8]))).ToList();
        var next = _hill + 1;
        foreach (var (id, athlete) in activities)
        {
            await _world.SayAsync(id, athlete, 1, Laps(random, next));
        }

        await _world.SettleAsync();
        Assert.That(await EffortsAsync(), Is.Zero, "there is no such segment yet");
        Assert.That(await _world.MakeSegmentAsync(state: 1), Is.EqualTo(next));
        foreach (var (id, _) in activities)
        {
            await _world.Database.CreateCommand($"INSERT INTO backfill_item VALUES ({next}, '{id}')").ExecuteNonQueryAsync();
        }

        var backfill = new BackfillEfforts(_world.Database);
        var tracks = new StoredTracks(_world.Database);
        Assert.That(await _world.Recount.OpenAsync(next, default), Is.False, "items are left");
        await Task.WhenAll(LiveAsync(), BackfillAsync());
        await _world.SettleAsync();
        Assert.That(await _world.ScalarAsync<long>("SELECT count(*) FROM rolling_local_legend"), Is.Zero, "not yet open");
        Assert.That(await _world.Recount.OpenAsync(next, default), Is.True);
        Assert.That(await _world.Recount.OpenAsync(next, default), Is.False, "once");
        await _world.AssertRightAsync();
        Assert.That(await EffortsAsync(), Is.GreaterThan(20));

        var rows = await _world.RowsAsync();
        await _world.Database.CreateCommand(MatchMarks.MarkAll).ExecuteNonQueryAsync();
        await _world.SettleAsync();
        Assert.That(await _world.RowsAsync(), Is.EqualTo(rows), "matching all once more finds the same");

        async Task LiveAsync()
        {
            var live = new Random(6);
            for (var version = 2; version < 5; version++)
            {
                foreach (var (id, athlete) in activities.Where(_ => live.Next(2) == 0))
                {
                    if (live.Next(5) == 0)
                    {
                        await _world.SayAsync(id, athlete, version, [], Visibility.OnlyMe);
                    }
                    else
                    {
                        await _world.SayAsync(id, athlete, version, Laps(live, next));
                    }

                    if (live.Next(4) == 0)
                    {
                        await _world.Worker.WorkAsync(default);
                    }
                }
            }
        }

        async Task BackfillAsync()
        {
            foreach (var batch in activities.Select(one => one.Id).Chunk(5))
            {
                var read = await tracks.ReadAsync(batch, default);
                await Task.Delay(20);
                var found = read.ConvertAll(track => new BackfilledActivity(track, [.. track.Points
                    .Where(point => point.LatitudeE6 == next)
                    .Select(point => new FoundEffort(next, point.AtMs!.Value, point.ElevationCm!.Value * 1_000))]));
                Assert.That(await backfill.StoreAsync(next, batch, found, default), Is.EqualTo(batch.Length));
                Assert.That(await backfill.StoreAsync(next, batch, found, default), Is.Zero, "a repeat");
            }
        }
    }

    private static List<(int Segment, DateTime StartedAt, int Seconds)> Laps(Random random, int segment) =>
        [.. Enumerable.Range(0, random.Next(3)).Select(lap =>
            (segment, Noon.UtcDateTime.AddDays(-random.Next(100)).AddMinutes(lap), 60 + random.Next(9)))];

    private static HttpResponseMessage Answer(long version, byte[] points)
    {
        var answer = new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(points) };
        answer.Headers.ETag = new($"\"{version}\"");
        return answer;
    }

    private Task<long> EffortsAsync() => _world.ScalarAsync<long>("SELECT count(*) FROM effort");

    private Task<int> DueAsync() => _world.Database.CreateCommand("UPDATE match_mark SET not_before = '-infinity'").ExecuteNonQueryAsync();
}
