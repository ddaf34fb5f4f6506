using System.Net;
using System.Net.Http.Json;
using Strava.Contracts;
using Strava.Contracts.Messages;
using Strava.Contracts.Sports;

namespace Strava.Testing;

/// <summary>What every service promises whose copies of activities can be rebuilt.</summary>
[Category("Integration")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal abstract class RebuildSpec
{
    private RebuildWorld _world = null!;

    protected RebuildWorld World => _world;

    protected Teller Teller => _world.Teller;

    /// <summary>Where the service keeps one row an activity.</summary>
    protected abstract string Table { get; }

    /// <summary>Gives how many activities are stored with all that comes of them.</summary>
    protected virtual string Count => $"SELECT count(*) FROM {Table}";

    [SetUp]
    public async Task Start() => _world = await StartAsync();

    [TearDown]
    public async Task Stop()
    {
        if (TestContext.CurrentContext.Result.Outcome.Status == NUnit.Framework.Interfaces.TestStatus.Failed)
        {
            await TestContext.Out.WriteLineAsync(_world.Service.LogTail());
        }

        await _world.DisposeAsync();
    }

    [Test]
    public async Task Rebuilt_under_live_traffic_it_equals_what_is_live()
    {
        var activities = await SavedAsync(600);
        var (tables, shape) = (await _world.TablesAsync(), await _world.ShapeAsync());
        Teller.Asked = async _ =>
        {
            // Slow enough that changes come before, between and behind the answers.
            await Task.Delay(30);
            return true;
        };
        using var enough = new CancellationTokenSource();
        var traffic = ChangeAsync(activities, enough.Token);
        var id = await _world.BegunAsync();
        var end = await _world.EndAsync(id);
        await enough.CancelAsync();
        var last = await traffic;

        Assert.That((end.State, end.Differences), Is.EqualTo(("done", 0L)), end.Examples);
        Assert.That(end.Told, Is.GreaterThanOrEqualTo(activities.Count));
        Assert.That(await _world.TablesAsync(), Is.Not.EqualTo(tables), "swapped");
        Assert.That(await _world.ShapeAsync(), Is.EqualTo(shape), "columns, constraints, indexes and rights are the same");
        Assert.That(await _world.LeftoversAsync(), Is.Zero);

        // Nothing that came during the swap or after it is missing.
        await HasVersionAsync(last);
        for (var time = 0; time < 3; time++)
        {
            var again = await _world.EndAsync(await _world.BegunAsync(refuseDifferences: true));
            Assert.That((again.State, again.Differences), Is.EqualTo(("done", 0L)), $"{again.Reason} {again.Examples}");
        }
    }

    [Test]
    public async Task What_is_wrong_live_is_named_and_right_afterwards()
    {
        var activities = await SavedAsync(120);
        await TamperAsync(activities[3].ActivityId, activities[4].ActivityId);

        var refused = await _world.EndAsync(await _world.BegunAsync(refuseDifferences: true));
        Assert.That(refused.State, Is.EqualTo("failed"));
        Assert.That(await _world.LeftoversAsync(), Is.Zero);
        Assert.That(refused.Differences, Is.EqualTo(2));
        Assert.That(refused.Examples, Does.Contain(activities[3].ActivityId.ToString()));
        Assert.That(refused.Examples, Does.Contain(activities[4].ActivityId.ToString()));
        Assert.That(await CountAsync(), Is.EqualTo(activities.Count - 1), "live is as it was");

        var done = await _world.EndAsync(await _world.BegunAsync());
        Assert.That((done.State, done.Differences), Is.EqualTo(("done", 2L)), done.Examples);
        var healed = await _world.EndAsync(await _world.BegunAsync(refuseDifferences: true));
        Assert.That((healed.State, healed.Differences), Is.EqualTo(("done", 0L)), healed.Examples);
    }

    [Test]
    public async Task Killed_in_the_middle_it_goes_on_where_it_was()
    {
        var activities = await SavedAsync(300);
        var (half, questions) = (new TaskCompletionSource(), 0);
        Teller.AtOnce = 20;
        Teller.Asked = async _ =>
        {
            if (Interlocked.Increment(ref questions) == 8)
            {
                half.SetResult();
            }

            await Task.Delay(20);
            return true;
        };
        var id = await _world.BegunAsync();
        await half.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await _world.Service.KillAsync();
        var before = await _world.Rebuilds.FindAsync(id, default);
        Assert.That(before!.Told, Is.InRange(1, activities.Count - 1));
        await _world.Service.StartAsync();

        var end = await _world.EndAsync(id);
        Assert.That((end.State, end.Differences, end.Told), Is.EqualTo(("done", 0L, (long)activities.Count)), end.Examples);
        Assert.That(questions, Is.LessThan(2 * activities.Count / Teller.AtOnce), "it did not begin anew");
    }

    [Test]
    public async Task Cancelled_it_leaves_live_untouched_and_nothing_behind()
    {
        await SavedAsync(100);
        var tables = await _world.TablesAsync();
        Teller.Asked = wanted => Task.FromResult(wanted.After == Guid.Empty);
        var id = await _world.BegunAsync();
        await Eventually.HoldsAsync(async () => (await _world.Rebuilds.FindAsync(id, default))!.Told > 0);
        using (var second = await _world.BeginAsync())
        {
            Assert.That(second.StatusCode, Is.EqualTo(HttpStatusCode.Conflict));
            Assert.That(second.Headers.Location?.ToString(), Does.EndWith(id.ToString()));
        }

        using var cancelled = await _world.CancelAsync(id);
        Assert.That(cancelled.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That((await _world.ProgressAsync(id))["state"]!.GetValue<string>(), Is.EqualTo("cancelled"));
        Assert.That(await _world.LeftoversAsync(), Is.Zero);
        Assert.That(await _world.TablesAsync(), Is.EqualTo(tables));

        Teller.Asked = _ => Task.FromResult(true);
        await SavedAsync(10);
        var next = await _world.EndAsync(await _world.BegunAsync(refuseDifferences: true));
        Assert.That(next.State, Is.EqualTo("done"), next.Reason);
    }

    [Test]
    public async Task A_lost_question_is_asked_again_and_an_answer_twice_counts_once()
    {
        await SavedAsync(130);
        var questions = 0;
        Teller.Times = 2;
        Teller.Asked = _ => Task.FromResult(Interlocked.Increment(ref questions) != 2);

        var end = await _world.EndAsync(await _world.BegunAsync(refuseDifferences: true));
        Assert.That((end.State, end.Told), Is.EqualTo(("done", 130L)), end.Examples);
    }

    [Test]
    public async Task What_cannot_be_told_fails_it_instead_of_being_left_out()
    {
        await SavedAsync(10);
        Teller.Unreadable = Guid.NewGuid();
        var end = await _world.EndAsync(await _world.BegunAsync());
        Assert.That(end.State, Is.EqualTo("failed"));
        Assert.That(end.Reason, Does.Contain(Teller.Unreadable.ToString()));
        Assert.That(await _world.LeftoversAsync(), Is.Zero);
    }

    [Test]
    public async Task It_is_begun_on_the_management_port_alone()
    {
        using var elsewhere = await _world.Service.Client.PostAsync(
            new Uri("/admin/rebuilds", UriKind.Relative), new StringContent("{}", null, "application/json"));
        Assert.That(elsewhere.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await _world.Rebuilds.CurrentAsync(default), Is.Null);
    }

    protected abstract Task<RebuildWorld> StartAsync();

    /// <summary>Spoils the figures of one live row and deletes the other.</summary>
    protected abstract Task TamperAsync(Guid spoilt, Guid lost);

    protected static ActivitySummary Activity(Guid athlete, int number) => new()
    {
        ActivityId = Guid.NewGuid(),
        AthleteId = athlete,
        Version = 5,
        Sport = number % 2 == 0 ? Sport.Run : Sport.Ride,
        Name = $"Number {number}",
        Visibility = Visibility.Everyone,
        StartedAt = new DateTimeOffset(2026, 11, 22, 6, 0, 0, TimeSpan.Zero).AddMinutes(-number),
        CompletedAt = new DateTimeOffset(2026, 11, 22, 9, 0, 0, TimeSpan.Zero),
        TimeZone = "UTC",
        LocalDate = new DateOnly(2026, 11, 22),
        DistanceMillimeters = 10_000_000 + number,
        TotalMilliseconds = 3_600_000,
        ActiveMilliseconds = 3_500_000,
        MovingMilliseconds = 3_400_000,
        ElevationGainCentimeters = 1_000,
        ElevationLossCentimeters = 900,
        PointCount = 720,
    };

    protected static ActivityTrackPublished TrackOf(ActivitySummary activity) => new()
    {
        ActivityId = activity.ActivityId,
        AthleteId = activity.AthleteId,
        Version = activity.Version,
        Sport = activity.Sport,
        Points = Convert.ToBase64String(activity.ActivityId.ToByteArray()),
    };

    /// <summary>So many activities of ten athletes, each with its track, stored by the service.</summary>
    protected async Task<List<ActivitySummary>> SavedAsync(int count)
    {
        var athletes = Enumerable.Range(0, 10).Select(_ => Guid.NewGuid()).ToArray();
        var activities = Enumerable.Range(0, count).Select(number => Activity(athletes[number % 10], number)).ToList();
        var before = await CountAsync();
        foreach (var some in activities.Chunk(200))
        {
            await Teller.SayAsync([.. some]);
            await Teller.SayAsync([.. some.Select(TrackOf)]);
        }

        await Eventually.HoldsAsync(async () => await CountAsync() == before + count);
        return activities;
    }

    protected Task<long> CountAsync() => _world.ScalarAsync<long>(Count);

    /// <returns>The last change.</returns>
    private async Task<ActivitySummary> ChangeAsync(List<ActivitySummary> activities, CancellationToken enough)
    {
        var last = activities[0];
        for (var number = 0; !enough.IsCancellationRequested; number++)
        {
            var (changed, deleted) = (activities[number % 300], activities[300 + (number % 300)]);
            last = changed with { Version = changed.Version + 1, Name = $"Changed {number}", DistanceMillimeters = number };
            activities[number % 300] = last;
            await Teller.SayAsync(
                last,
                TrackOf(last),
                new ActivityDeleted { ActivityId = deleted.ActivityId, AthleteId = deleted.AthleteId, Version = 9 },
                Activity(changed.AthleteId, number));
        }

        return last;
    }

    private Task HasVersionAsync(ActivitySummary activity) => Eventually.HoldsAsync(async () => await _world.ScalarAsync<bool>(
        $"SELECT EXISTS (SELECT FROM {Table} WHERE activity_id = '{activity.ActivityId}' AND version = {activity.Version})"));

    /// <summary>An operator's way over the management port: flag, list, what is refused, take it back.</summary>
    /// <param name="athlete">Who is flagged.</param>
    /// <param name="whileFlagged">Looks at what the service makes of it.</param>
    protected async Task FlagAndUnflagAsync(Guid athlete, Func<Task> whileFlagged)
    {
        var (path, all) = (new Uri($"/admin/flags/{athlete}", UriKind.Relative), new Uri("/admin/flags", UriKind.Relative));
        using var flagged = await World.Admin.PutAsJsonAsync(path, new { reason = "a car" });
        Assert.That(flagged.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        await whileFlagged();
        Assert.That(await World.Admin.GetStringAsync(all), Does.Contain($"{athlete}").And.Contain("a car"));

        using var elsewhere = await World.Service.Client.PutAsJsonAsync(path, new { reason = "not on this port" });
        using var wordless = await World.Admin.PutAsJsonAsync(path, new { reason = "" });
        using var unflagged = await World.Admin.DeleteAsync(path);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(elsewhere.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
            Assert.That(wordless.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
            Assert.That(unflagged.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
            Assert.That(await World.Admin.GetStringAsync(all), Does.Not.Contain($"{athlete}"));
        }
    }
}
