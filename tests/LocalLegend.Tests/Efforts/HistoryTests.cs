using Strava.Contracts;

namespace Strava.LocalLegends.Tests.Efforts;

/// <summary>
/// Random histories through Postgres: whatever comes, late, twice, in any order, by several workers, what is stored
/// equals the slow answers.
/// </summary>
[Category("Integration")]
[Parallelizable]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class HistoryTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly string[] Zones = ["Europe/Ljubljana", "America/Los_Angeles", "Pacific/Kiritimati", "UTC"];

    private LegendWorld _world = null!;

    [SetUp]
    public async Task Create() => _world = await LegendWorld.CreateAsync(Start);

    [TearDown]
    public ValueTask Dispose() => _world.DisposeAsync();

    [Test]
    public async Task Rows_equal_the_slow_answers_after_every_round([Values(1, 2, 3)] int seed)
    {
        var random = new Random(seed);
        var segments = await MakeSegmentsAsync();
        using var other = new Disposing(_world.Node(TimeSpan.FromSeconds(40)));
        var history = new List<(Guid Activity, Guid Athlete, long Version)>();
        Guid[] athletes = [.. Enumerable.Range(0, 6).Select(_ => Guid.NewGuid())];
        for (var round = 0; round < 14; round++)
        {
            _world.Clock.Now += random.Next(5) switch
            {
                0 => TimeSpan.FromDays(89),
                1 => TimeSpan.FromDays(1),
                2 => TimeSpan.FromDays(20),
                // Just before midnight somewhere: the other node's clock is beyond it.
                3 => Midnight(_world.Clock.Now) - TimeSpan.FromSeconds(20),
                _ => TimeSpan.Zero,
            };
            other.World.Clock.Now = _world.Clock.Now + TimeSpan.FromSeconds(40);
            for (var message = 0; message < 8; message++)
            {
                await ChangeAsync(random, segments, athletes, history);
            }

            // Both nodes at once, each with several workers.
            await Task.WhenAll(_world.SettleAsync(), other.World.SettleAsync());
            await _world.SettleAsync();
            await _world.AssertRightAsync($"seed {seed}, round {round}, {_world.Clock.Now:O}");
            Assert.That(await other.World.Oracle.DifferencesAsync(other.World.Clock.Now), Is.Empty, "by the other's clock");
            await _world.Sweeper.SweepAsync(default);
        }

        var told = await _world.ToldAsync();
        Assert.That(told.Select(one => (one.SegmentId, one.Date)), Is.Unique);
        Assert.That(told.Where(one => one.WonBy == one.LostBy), Is.Empty);
    }

    [Test]
    public async Task Any_order_of_messages_and_a_matching_of_all_once_more_end_in_the_same_rows()
    {
        var segments = await MakeSegmentsAsync();
        string? rows = null;
        Guid[] ids = [.. Enumerable.Range(0, 30).Select(_ => Guid.NewGuid())];
        for (var seed = 1; seed <= 3; seed++)
        {
            await _world.ScalarAsync<long>(
                """
                WITH a AS (DELETE FROM activity), t AS (DELETE FROM activity_track), m AS (DELETE FROM match_mark)
                SELECT count(*) FROM effort
                """);
            foreach (var table in new[] { "effort", "rolling_local_legend", "legend_histogram", "best_effort", "track_cells" })
            {
                await _world.Database.CreateCommand($"DELETE FROM {table}").ExecuteNonQueryAsync();
            }

            var messages = Messages(new Random(7), segments, ids);
            new Random(seed).Shuffle(messages);
            foreach (var (message, index) in messages.Select((message, index) => (message, index)))
            {
                await message();
                if (index % 7 == 0)
                {
                    await _world.SettleAsync();
                }
            }

            await _world.SettleAsync();
            await _world.AssertRightAsync();
            rows ??= await _world.RowsAsync();
            Assert.That(await _world.RowsAsync(), Is.EqualTo(rows), $"order {seed}");
        }

        await _world.Database.CreateCommand(LocalLegends.Efforts.MatchMarks.MarkAll).ExecuteNonQueryAsync();
        await _world.SettleAsync();
        Assert.That(await _world.RowsAsync(), Is.EqualTo(rows), "matched once more");
        foreach (var segment in segments)
        {
            await using var connection = await _world.Database.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await _world.Recount.RecountAsync(connection, segment, default);
            await transaction.CommitAsync();
        }

        Assert.That(await _world.RowsAsync(), Is.EqualTo(rows), "counted anew as a backfill does");
    }

    private async Task<int[]> MakeSegmentsAsync()
    {
        var segments = new List<int>();
        foreach (var zone in Zones)
        {
            segments.Add(await _world.MakeSegmentAsync(zone));
        }

        return [.. segments];
    }

    private async Task ChangeAsync(
        Random random, int[] segments, Guid[] athletes, List<(Guid Activity, Guid Athlete, long Version)> history)
    {
        var index = history.Count > 0 && random.Next(2) == 0 ? random.Next(history.Count) : -1;
        if (index < 0)
        {
            history.Add((Guid.NewGuid(), athletes[random.Next(athletes.Length)], 0));
            index = history.Count - 1;
        }

        var (activity, athlete, version) = history[index] = history[index] with { Version = history[index].Version + 1 };
        switch (random.Next(10))
        {
            case 0:
                await _world.DeleteAsync(activity, athlete, version);
                break;
            case 1 or 2:
                await _world.SayAsync(activity, athlete, version, [], random.Next(2) == 0 ? Visibility.Friends : Visibility.OnlyMe);
                break;
            case 3:
                await _world.Standings.SetOptOutAsync(athlete, random.Next(2) == 0, default);
                break;
            case 4:
                _ = random.Next(2) == 0
                    ? await _world.Standings.FlagAsync(athlete, "cheats", default)
                    : await _world.Standings.UnflagAsync(athlete, default);
                break;
            default:
                await _world.SayAsync(activity, athlete, version, Efforts(random, segments, _world.Clock.Now));
                break;
        }
    }

    /// <summary>Each activity saved, some edited, hidden, or deleted; as separate messages.</summary>
    private Func<Task>[] Messages(Random random, int[] segments, Guid[] ids)
    {
        var messages = new List<Func<Task>>();
        foreach (var id in ids)
        {
            var athlete = new Guid(id.ToByteArray()[0] % 4, 1, 2, [1, 2, 3, 4, 5, 6, 7, 8]);
            for (long version = 1; version <= random.Next(1, 4); version++)
            {
                var (now, at) = (version, Efforts(random, segments, Start));
                messages.Add(() => _world.Activities.RecordAsync(LegendWorld.Figures(id, athlete, now), default));
                messages.Add(() => _world.Activities.RecordTrackAsync(LegendWorld.Track(id, athlete, now, at), default));
            }

            if (random.Next(5) == 0)
            {
                messages.Add(() => _world.DeleteAsync(id, athlete, 9));
            }
            else if (random.Next(5) == 0)
            {
                messages.Add(() => _world.Activities.RecordAsync(LegendWorld.Figures(id, athlete, 8, Visibility.OnlyMe), default));
            }
        }

        return [.. messages];
    }

    private static List<(int Segment, DateTime StartedAt, int Seconds)> Efforts(Random random, int[] segments, DateTimeOffset now)
    {
        var ago = random.Next(6) switch { 0 => 89, 1 => 90, 2 => 91, 3 => random.Next(-2, 180), _ => 0 };
        var start = now.UtcDateTime.Date.AddDays(-ago).AddHours(random.Next(24));
        return [.. Enumerable.Range(0, random.Next(1, 8)).Select(lap =>
            (segments[random.Next(segments.Length)], start.AddMinutes(10 * lap), 60 + random.Next(5)))];
    }

    private static TimeSpan Midnight(DateTimeOffset now) => now.UtcDateTime.Date.AddDays(1) - now.UtcDateTime;

    private sealed record Disposing(LegendWorld World) : IDisposable
    {
        public void Dispose() => World.DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(5));
    }
}
