using Strava.Contracts;
using Strava.Contracts.Rest;
using Strava.Contracts.Sports;
using Strava.LocalLegends.Segments;
using Strava.Testing;

namespace Strava.LocalLegends.Tests.Segments;

/// <summary>Making, finding and changing segments over HTTP.</summary>
[Category("Integration")]
[Parallelizable]
internal sealed class SegmentHttpTests
{
    private SegmentWorld _world = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _world = await SegmentWorld.CreateAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _world.DisposeAsync();

    [Test]
    public async Task A_segment_of_points_has_their_figures()
    {
        var me = Guid.NewGuid();
        var made = await _world.MakeAsync(me, Lines.North(46, 14.5, 1_000));

        var read = await _world.ReadAsync<Segment>(Guid.NewGuid(), $"/segments/{made.Id}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(read with { State = made.State, Backfill = made.Backfill }, Is.EqualTo(made));
            Assert.That(made.LengthMeters, Is.EqualTo(1_000).Within(1));
            Assert.That(made.ClimbMeters, Is.EqualTo(40).Within(3));
            Assert.That(made.DescentMeters, Is.Zero);
            Assert.That(made.AverageGradePercent, Is.EqualTo(4).Within(0.3));
            Assert.That(made.MaxGradePercent, Is.EqualTo(4).Within(0.5));
            Assert.That((made.Start.Lat, made.Start.Lon), Is.EqualTo((46.0, 14.5)));
            Assert.That(made.End.Lat, Is.EqualTo(46.00899).Within(0.00002));
            Assert.That((made.State, made.MadeBy, made.Type), Is.EqualTo((SegmentState.Backfilling, me, Sport.Run)));
        }
    }

    [Test]
    public async Task The_same_once_more_is_answered_and_not_made_again()
    {
        var me = Guid.NewGuid();
        var wanted = Lines.North(46.1, 14.5, 400) with { Id = Guid.CreateVersion7() };
        var made = await _world.MakeAsync(me, wanted);

        var again = await _world.AskAsync(me, "POST", "/segments", wanted);
        var sameLine = await _world.AskAsync(me, "POST", "/segments", wanted with { Id = null, Name = "another name" });
        var otherLine = await _world.AskAsync(me, "POST", "/segments", Lines.North(46.2, 14.5, 400) with { Id = wanted.Id });
        var another = await _world.AskAsync(Guid.NewGuid(), "POST", "/segments", wanted);
        var anothersOwn = await _world.AskAsync(Guid.NewGuid(), "POST", "/segments", wanted with { Id = null });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(again.Status, Is.EqualTo(200));
            Assert.That(sameLine.Status, Is.EqualTo(200));
            Assert.That(sameLine.Json.GetProperty("id").GetGuid(), Is.EqualTo(made.Id));
            Assert.That(otherLine.Status, Is.EqualTo(409));
            Assert.That(another.Status, Is.EqualTo(409));
            Assert.That(anothersOwn.Status, Is.EqualTo(201), "others' lines are others'");
        }
    }

    [Test]
    public async Task The_same_key_at_once_makes_one_segment()
    {
        var me = Guid.NewGuid();
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(
            _ => _world.AskAsync(me, "POST", "/segments", Lines.North(46.3, 14.5, 400), key: "once")));

        Assert.That(answers.Select(answer => $"{answer.Status} {answer.Json}").Distinct().Count(), Is.EqualTo(1));
        Assert.That(answers[0].Status, Is.EqualTo(201));
        Assert.That(await _world.ScalarAsync<long>($"SELECT count(*) FROM segment WHERE made_by = '{me}'"), Is.EqualTo(1));
        var other = await _world.AskAsync(me, "POST", "/segments", Lines.North(46.31, 14.5, 400), key: "once");
        Assert.That(other.Status, Is.EqualTo(422));
    }

    [Test]
    public async Task A_slice_of_an_own_public_activity_becomes_a_segment()
    {
        var (me, activity, hidden) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        var track = Lines.RunAlong(46.4, 14.5, 1_000, Lines.Start);
        await _world.Host.PublishAsync(
            Lines.Profile(me, "Maker", "Europe/Ljubljana"),
            Lines.Figures(activity, me),
            Lines.Track(activity, me, track),
            Lines.Figures(hidden, me, visibility: Visibility.Friends));
        var wanted = new CreateSegment { Name = "a slice", ActivityId = activity, FromSeconds = 67, ToSeconds = 401 };
        await Eventually.HoldsAsync(async () => await _world.ScalarAsync<long>(
            $"SELECT count(*) FROM activity NATURAL JOIN activity_track WHERE athlete_id = '{me}'") == 1
            && await _world.ScalarAsync<long>($"SELECT count(*) FROM athlete_profile WHERE athlete_id = '{me}'") == 1
            && await _world.ScalarAsync<long>($"SELECT count(*) FROM activity WHERE activity_id = '{hidden}'") == 1);

        var made = await _world.MakeAsync(me, wanted);
        var another = await _world.AskAsync(Guid.NewGuid(), "POST", "/segments", wanted with { TimeZone = "UTC" });
        var notPublic = await _world.AskAsync(me, "POST", "/segments", wanted with { ActivityId = hidden });
        var tooShort = await _world.AskAsync(me, "POST", "/segments", wanted with { ToSeconds = 90 });
        var otherSport = await _world.AskAsync(me, "POST", "/segments", wanted with { Type = Sport.Ride });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(made.LengthMeters, Is.EqualTo(1_002).Within(4));
            Assert.That((made.TimeZone, made.Type), Is.EqualTo(("Europe/Ljubljana", Sport.Run)));
            Assert.That(another.Status, Is.EqualTo(404));
            Assert.That((notPublic.Status, notPublic.Json.GetProperty("code").GetString()), Is.EqualTo((409, "activity-not-public")));
            Assert.That(tooShort.Status, Is.EqualTo(422));
            Assert.That(otherSport.Status, Is.EqualTo(422));
        }
    }

    [Test]
    public async Task Without_a_time_zone_there_is_none()
    {
        var answer = await _world.AskAsync(Guid.NewGuid(), "POST", "/segments", Lines.North(46.5, 14.5, 400) with { TimeZone = null });
        var unknown = await _world.AskAsync(
            Guid.NewGuid(), "POST", "/segments", Lines.North(46.5, 14.5, 400) with { TimeZone = "Europe/Nowhere" });
        Assert.That((answer.Status, unknown.Status), Is.EqualTo((422, 422)));
    }

    [Test]
    public async Task More_than_a_day_bears_are_refused()
    {
        var me = Guid.NewGuid();
        await _world.MakeAsync(me, Lines.North(46.6, 14.5, 400));
        await _world.ExecuteAsync(
            $"""
            INSERT INTO segment (id, made_by, sport, name, line, bounds, length_mm, time_zone, state, change, hidden)
            SELECT gen_random_uuid(), made_by, sport, name, line, bounds, 1, time_zone, 2, change, true
            FROM segment, generate_series(2, {MakeSegment.MaxADay}) WHERE made_by = '{me}'
            """);

        var answer = await _world.AskAsync(me, "POST", "/segments", Lines.North(46.61, 14.5, 400));
        Assert.That((answer.Status, answer.Json.GetProperty("code").GetString()), Is.EqualTo((409, "too-many-segments")));
    }

    [Test]
    public async Task A_box_finds_what_lies_in_it_the_longest_first()
    {
        var me = Guid.NewGuid();
        var shorter = await _world.MakeAsync(me, Lines.North(-30, 20, 300));
        var longer = await _world.MakeAsync(me, Lines.North(-30, 20.01, 600));
        await _world.MakeAsync(me, Lines.North(-30, 21, 900));

        Assert.That(await IdsAsync("bbox=19.9,-30.1,20.1,-29.9"), Is.EqualTo(new[] { longer.Id, shorter.Id }));
        Assert.That(await IdsAsync("bbox=19.9,-30.1,20.1,-29.9&limit=1"), Is.EqualTo(new[] { longer.Id }));
        Assert.That(await IdsAsync("bbox=19.9,-30.1,20.1,-29.9&type=RIDE"), Is.Empty);
        Assert.That(await IdsAsync("bbox=20.005,-30.1,20.1,-29.9"), Is.EqualTo(new[] { longer.Id }));
    }

    [Test]
    public async Task A_box_may_lie_across_the_date_line()
    {
        var me = Guid.NewGuid();
        var west = await _world.MakeAsync(me, Lines.North(-18, 179.9, 300));
        var east = await _world.MakeAsync(me, Lines.North(-18, -179.9, 400));
        SegmentPoint[] across = [new() { Lat = -18.01, Lon = 179.999 }, new() { Lat = -18.01, Lon = -179.998 }];
        var both = await _world.MakeAsync(me, Lines.North(0, 0, 100) with { Points = across });

        Assert.That(both.LengthMeters, Is.EqualTo(317).Within(2));
        Assert.That(await IdsAsync("bbox=179.5,-18.5,-179.5,-17.5"), Is.EqualTo(new[] { east.Id, both.Id, west.Id }));
        Assert.That(await IdsAsync("bbox=179.5,-18.5,180,-17.5"), Is.EqualTo(new[] { both.Id, west.Id }));
        Assert.That(await IdsAsync("bbox=-180,-18.5,-179.5,-17.5"), Is.EqualTo(new[] { east.Id, both.Id }));
    }

    [Test]
    public async Task A_hidden_one_is_its_makers_alone_and_comes_back_by_a_backfill()
    {
        var (me, other) = (Guid.NewGuid(), Guid.NewGuid());
        var made = await _world.MakeAsync(me, Lines.North(60, 20, 400));
        var before = await _world.ScalarAsync<long>($"SELECT change FROM segment WHERE id = '{made.Id}'");

        var foreign = await _world.AskAsync(other, "PATCH", $"/segments/{made.Id}", new PatchSegment { Hidden = true });
        var hidden = await _world.AskAsync(me, "PATCH", $"/segments/{made.Id}", new PatchSegment { Hidden = true, Name = "mine" });
        Assert.That((foreign.Status, hidden.Status), Is.EqualTo((403, 200)));
        Assert.That((await _world.AskAsync(other, "GET", $"/segments/{made.Id}")).Status, Is.EqualTo(404));
        Assert.That((await _world.AskAsync(other, "PATCH", $"/segments/{made.Id}", new PatchSegment { Hidden = true })).Status, Is.EqualTo(404));
        Assert.That(await IdsAsync("bbox=19.9,59.9,20.1,60.1"), Is.Empty);
        Assert.That(await _world.ScalarAsync<long>($"SELECT change FROM segment WHERE id = '{made.Id}'"), Is.GreaterThan(before));

        var own = await _world.ReadAsync<Segment>(me, $"/segments/{made.Id}");
        Assert.That((own.Hidden, own.Name), Is.EqualTo((true, "mine")));
        var shown = await _world.AskAsync(me, "PATCH", $"/segments/{made.Id}", new PatchSegment { Hidden = false });
        Assert.That(shown.Json.GetProperty("state").GetString(), Is.EqualTo("BACKFILLING"));
        Assert.That(await IdsAsync("bbox=19.9,59.9,20.1,60.1"), Is.EqualTo(new[] { made.Id }));
    }

    private async Task<IEnumerable<Guid>> IdsAsync(string query) =>
        (await _world.ReadAsync<List<Segment>>(Guid.NewGuid(), $"/segments?{query}")).Select(segment => segment.Id);
}
