using Strava.Contracts;
using Strava.LocalLegends.Backfills;

namespace Strava.LocalLegends.Tests.Backfills;

/// <summary>Activities before, during and after the making of a segment: none is missed, none counts twice.</summary>
[Category("Integration")]
[Parallelizable]
internal sealed class BackfillTests
{
    private static readonly Guid Athlete = Guid.NewGuid();
    private BackfillWorld _world = null!;

    [SetUp]
    public async Task StartAsync() => _world = await BackfillWorld.CreateAsync();

    [TearDown]
    public async Task StopAsync() => await _world.DisposeAsync();

    [Test]
    public async Task Activities_that_were_there_before_are_found_and_only_those_nearby_are_looked_at()
    {
        var (near, far) = (Guid.NewGuid(), Guid.NewGuid());
        await _world.RunAsync(near, Athlete, 0);
        await _world.RunAsync(far, Athlete, 10, lon: 15);
        await _world.MatchAsync();
        var segment = await _world.MakeAsync();

        await _world.StepAsync();
        Assert.That(await ScalarAsync<int?>($"SELECT backfill_total FROM segment WHERE number = {segment}"), Is.EqualTo(1));
        await _world.FinishAsync();

        Assert.That(await _world.EffortsAsync(segment), Is.EqualTo(new[] { near }));
        Assert.That(await ScalarAsync<short>($"SELECT state FROM segment WHERE number = {segment}"), Is.EqualTo(2));
        await _world.AssertRightAsync();
    }

    /// <summary>Every order of: a new activity comes, it is matched, the segment's steps.</summary>
    [Test]
    public async Task One_that_comes_at_any_moment_counts_once([Values] bool isMarkedBefore, [Values(0, 1, 2, 3, 4)] int comesAfterStep, [Values] bool isMatchedAtOnce)
    {
        var (before, live) = (Guid.NewGuid(), Guid.NewGuid());
        await _world.RunAsync(before, Athlete, 0);
        if (!isMarkedBefore)
        {
            await _world.MatchAsync();
        }

        var (segment, step) = (0, 0);
        while (true)
        {
            if (step == comesAfterStep)
            {
                await _world.RunAsync(live, Athlete, 30);
                if (isMatchedAtOnce)
                {
                    await _world.MatchAsync();
                }
            }

            if (step++ == 0)
            {
                segment = await _world.MakeAsync();
            }
            else if (!await _world.StepAsync() && step > comesAfterStep)
            {
                break;
            }
        }

        await _world.MatchAsync();
        Assert.That(await _world.EffortsAsync(segment), Is.EqualTo(new[] { before, live }));
        await _world.AssertRightAsync();
    }

    [Test]
    public async Task One_that_is_hidden_while_its_track_is_looked_at_leaves_nothing([Values] bool isMatchedBefore)
    {
        var activity = Guid.NewGuid();
        await _world.RunAsync(activity, Athlete, 0);
        await _world.MatchAsync();
        var segment = await _world.MakeAsync();
        await _world.StepAsync();

        await _world.RunAsync(activity, Athlete, 0, version: 2, Visibility.OnlyMe);
        if (isMatchedBefore)
        {
            await _world.MatchAsync();
        }

        await _world.FinishAsync();
        await _world.MatchAsync();
        Assert.That(await _world.EffortsAsync(segment), Is.Empty);
        await _world.AssertRightAsync();
    }

    [Test]
    public async Task A_node_that_dies_in_the_middle_is_followed_by_one_that_goes_on()
    {
        var activities = new List<Guid>();
        for (var i = 0; i < Backfill.BatchSize + 20; i++)
        {
            activities.Add(Guid.NewGuid());
            await _world.RunAsync(activities[i], Guid.NewGuid(), i);
        }

        await _world.MatchAsync();
        var segment = await _world.MakeAsync();
        await _world.StepAsync();
        await _world.StepAsync();

        // Cut off after what it has read and before what it would write.
        await using (var holder = await _world.Database.OpenConnectionAsync())
        await using (var holding = await holder.BeginTransactionAsync())
        {
            await using var hold = new Npgsql.NpgsqlCommand($"SELECT pg_advisory_xact_lock(2, {segment})", holder);
            await hold.ExecuteNonQueryAsync();
            using var death = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
            var next = (await _world.Backfill.NextAsync(default))!;
            Assert.That(async () => await _world.Backfill.MatchAsync(next, death.Token), Throws.InstanceOf<OperationCanceledException>());
        }

        Assert.That(await ScalarAsync<int>($"SELECT backfill_done FROM segment WHERE number = {segment}"), Is.EqualTo(Backfill.BatchSize));
        await _world.FinishAsync();
        Assert.That(await _world.EffortsAsync(segment), Is.EqualTo(activities));
        Assert.That(await ScalarAsync<int>($"SELECT backfill_done FROM segment WHERE number = {segment}"), Is.EqualTo(activities.Count));
        await _world.AssertRightAsync();
    }

    [Test]
    public async Task Live_ones_beside_a_running_backfill_are_neither_missed_nor_counted_twice()
    {
        var activities = Enumerable.Range(0, 60).Select(_ => Guid.NewGuid()).ToArray();
        foreach (var (i, activity) in activities.Index().Take(30))
        {
            await _world.RunAsync(activity, Athlete, i);
        }

        await _world.MatchAsync();
        var segment = await _world.MakeAsync();
        await Task.WhenAll(
            Task.Run(async () =>
            {
                foreach (var (i, activity) in activities.Index().Skip(30))
                {
                    await _world.RunAsync(activity, Athlete, i);
                    await _world.Matcher.WorkAsync(default);
                }
            }),
            Task.Run(async () =>
            {
                // Those of before change too: the same track by a newer version.
                foreach (var (i, activity) in activities.Index().Take(30))
                {
                    await _world.RunAsync(activity, Athlete, i, version: 2);
                    await _world.Matcher.WorkAsync(default);
                }
            }),
            Task.Run(_world.FinishAsync));
        await _world.MatchAsync();

        Assert.That(await _world.EffortsAsync(segment), Is.EqualTo(activities));
        await _world.AssertRightAsync();
    }

    [Test]
    public async Task A_segment_that_was_hidden_misses_nothing_when_it_comes_back()
    {
        var (first, gone, meanwhile) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        await _world.RunAsync(first, Athlete, 0);
        await _world.RunAsync(gone, Athlete, 20);
        var segment = await _world.MakeAsync();
        await _world.MatchAsync();
        await _world.FinishAsync();
        await TurnAsync(segment, hidden: true);

        await _world.RunAsync(meanwhile, Athlete, 40);
        await _world.RunAsync(gone, Athlete, 20, version: 2, Visibility.Friends);
        await _world.MatchAsync();
        await TurnAsync(segment, hidden: false);
        await _world.FinishAsync();

        Assert.That(await _world.EffortsAsync(segment), Is.EqualTo(new[] { first, meanwhile }));
        await _world.AssertRightAsync();
    }

    // As PATCH does it.
    private async Task TurnAsync(int segment, bool hidden) => await ScalarAsync<long>(
        $"""
        WITH catalogue AS (UPDATE segment_catalogue SET change = change + 1 RETURNING change)
        UPDATE segment SET hidden = {hidden}, state = 1, backfill_total = NULL, backfill_done = 0, change = catalogue.change
        FROM catalogue WHERE number = {segment} RETURNING catalogue.change
        """);

    private async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = _world.Database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
