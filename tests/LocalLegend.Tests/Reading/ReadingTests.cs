using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Strava.Contracts.Messages;
using Strava.Contracts.Rest;
using Strava.LocalLegends.Reading;
using Strava.LocalLegends.Tests.Segments;
using Strava.Testing;

namespace Strava.LocalLegends.Tests.Reading;

/// <summary>From messages on the bus to legends, boards and efforts over HTTP, by the whole service.</summary>
[Category("Integration")]
[Parallelizable]
internal sealed class ReadingTests
{
    private static readonly Guid Ann = Guid.NewGuid();
    private static readonly Guid Bob = Guid.NewGuid();
    private static readonly Guid Cid = Guid.NewGuid();
    private static readonly DateTimeOffset Today = TimeProvider.System.GetUtcNow();
    private SegmentWorld _world = null!;
    private Segment _segment = null!;

    /// <summary>Ann runs it three times, Bob once before it was made and once after, Cid never.</summary>
    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _world = await SegmentWorld.CreateAsync();
        await _world.Host.PublishAsync(Lines.Profile(Ann, "Ann"), Lines.Profile(Bob, "Bob"), Lines.Profile(Cid, "Cid"), Friends(Ann, Cid));
        await RunAsync(Ann, 5, 3);
        await RunAsync(Bob, 4, 1);
        _segment = await _world.MakeAsync(Ann, Lines.North(46, 14.5, 500) with { TimeZone = "UTC" });
        await RunAsync(Bob, 2, 1);
        await Eventually.HoldsAsync(async () =>
            (await _world.ReadAsync<Segment>(Ann, $"/segments/{_segment.Id}")).State == SegmentState.Open
            && await _world.ScalarAsync<long>("SELECT count(*) FROM effort") == 5);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _world.DisposeAsync();

    [Test]
    public async Task The_legend_has_most_efforts_and_each_sees_his_own()
    {
        var seen = await _world.ReadAsync<LocalLegend>(Bob, Path("local-legend"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(seen.Athlete, Is.EqualTo(new LocalLegend.LegendAthlete(Ann, "Ann")));
            Assert.That((seen.EffortCount, seen.WindowDays, seen.Viewer.EffortCount), Is.EqualTo((3, 90, 2)));
            Assert.That(seen.SegmentId, Is.EqualTo(_segment.Id));
        }
    }

    [Test]
    public async Task The_histogram_names_nobody_and_marks_two_bins()
    {
        var seen = await _world.ReadAsync<LegendHistogram>(Bob, Path("histogram"));
        Assert.That(seen.Bins, Is.EqualTo(new[] { new LegendBin(1, 1, 0), new LegendBin(2, 2, 1), new LegendBin(3, 4, 1) }));
        Assert.That((seen.LegendBin, seen.ViewerBin), Is.EqualTo((2, 1)));
        Assert.That((await _world.ReadAsync<LegendHistogram>(Cid, Path("histogram"))).ViewerBin, Is.Null);
    }

    [Test]
    public async Task The_board_has_each_once_and_friends_have_their_own()
    {
        var board = await _world.ReadAsync<SegmentBoard>(Bob, Path("leaderboard"));
        var year = await _world.ReadAsync<SegmentBoard>(Bob, Path("leaderboard?window=year"));
        var friends = await _world.ReadAsync<SegmentBoard>(Cid, Path("leaderboard?friends=true"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(board.Entries.Select(entry => entry.AthleteId), Is.EquivalentTo(new[] { Ann, Bob }));
            Assert.That(board.Total, Is.EqualTo(2));
            Assert.That(board.Viewer?.AthleteName, Is.EqualTo("Bob"));
            Assert.That(board.Entries[0].AverageSpeedMetersPerSecond, Is.EqualTo(3).Within(0.1));
            Assert.That(year.Window, Is.EqualTo("year"));
            Assert.That(friends.Entries.Select(entry => entry.AthleteId), Is.EqualTo(new[] { Ann }));
            Assert.That((friends.Total, friends.Viewer), Is.EqualTo((1L, (SegmentBoardEntry?)null)));
        }
    }

    [Test]
    public async Task Own_efforts_are_the_newest_first_by_pages()
    {
        var first = await _world.SendAsync(Ann, "GET", Path("efforts?mine=true&pageSize=2"));
        var link = first.Headers.GetValues("Link").Single();
        var next = link[(link.IndexOf('<', StringComparison.Ordinal) + 1)..link.IndexOf('>', StringComparison.Ordinal)];
        var all = await _world.ReadAsync<List<SegmentEffort>>(Ann, Path("efforts?mine=true"));
        var rest = await _world.ReadAsync<List<SegmentEffort>>(Ann, next);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(all.Select(effort => effort.StartedAt), Is.Ordered.Descending);
            Assert.That(all, Has.Count.EqualTo(3));
            Assert.That(all.Count(effort => effort.IsPersonalBest), Is.EqualTo(1));
            Assert.That(all.Single(effort => effort.IsPersonalBest).ElapsedSeconds, Is.EqualTo(all.Min(effort => effort.ElapsedSeconds)));
            Assert.That(rest.Select(effort => effort.ActivityId), Is.EqualTo(new[] { all[2].ActivityId }));
        }
    }

    [Test]
    public async Task A_page_goes_on_where_the_one_before_it_ended_and_ties_share_a_rank()
    {
        var made = await _world.MakeAsync(Cid, Lines.North(-46, 14.5, 500));
        var number = await _world.ScalarAsync<int>($"SELECT number FROM segment WHERE id = '{made.Id}'");
        await Eventually.HoldsAsync(async () => await _world.ScalarAsync<short>($"SELECT state FROM segment WHERE number = {number}") == 2);
        var random = new Random(1);
        var values = Enumerable.Range(1, 250).Select(i => string.Create(
            CultureInfo.InvariantCulture,
            $"({number}, 0, gen_random_uuid(), {random.Next(60, 140) * 1_000}, timestamptz '2026-01-01' + interval '{i} minutes', gen_random_uuid())"));
        await _world.ExecuteAsync($"INSERT INTO best_effort (segment, year, athlete_id, elapsed_ms, started_at, activity_id) VALUES {string.Join(',', values)}");
        var (lines, next) = (new List<SegmentBoardEntry>(), (string?)null);
        do
        {
            var page = await _world.ReadAsync<SegmentBoard>(Cid, $"/segments/{made.Id}/leaderboard?top=30{(next is null ? "" : $"&cursor={next}")}");
            Assert.That(page.Total, Is.EqualTo(250));
            lines.AddRange(page.Entries);
            next = page.Next;
        }
        while (next is not null);

        Assert.That(lines, Has.Count.EqualTo(250));
        Assert.That(lines.Select(line => line.AthleteId).Distinct().Count(), Is.EqualTo(250));
        Assert.That(lines.Select(line => line.Rank), Is.EqualTo(lines.Select(
            line => 1L + lines.Count(other => other.ElapsedSeconds < line.ElapsedSeconds))));
        var one = lines[117];
        var own = await _world.ReadAsync<SegmentBoard>(one.AthleteId, $"/segments/{made.Id}/leaderboard?top=1");
        Assert.That(own.Viewer, Is.EqualTo(one));
    }

    [Test]
    [NonParallelizable]
    public async Task Who_opts_out_is_on_no_legend_but_stays_on_the_board()
    {
        foreach (var _ in (int[])[1, 2])
        {
            Assert.That((await _world.AskAsync(Ann, "PUT", "/local-legends/opt-out")).Status, Is.EqualTo(204));
        }

        var seen = await Eventually.GivesAsync(
            () => _world.ReadAsync<LocalLegend>(Ann, Path("local-legend")), legend => legend.Athlete?.Id == Bob);
        Assert.That((seen.EffortCount, seen.Viewer.EffortCount), Is.EqualTo((2, 0)));
        Assert.That((await _world.ReadAsync<LegendOptOut>(Ann, "/local-legends/opt-out")).OptedOut);
        Assert.That((await _world.ReadAsync<SegmentBoard>(Bob, Path("leaderboard"))).Total, Is.EqualTo(2));

        await _world.AskAsync(Ann, "DELETE", "/local-legends/opt-out");
        await Eventually.GivesAsync(
            () => _world.ReadAsync<LocalLegend>(Ann, Path("local-legend")), legend => legend.Athlete?.Id == Ann);
    }

    [Test]
    [NonParallelizable]
    public async Task A_switched_off_legend_is_503_with_a_sentence_and_boards_go_on()
    {
        await _world.ExecuteAsync($"UPDATE segment SET legends_off = true WHERE id = '{_segment.Id}'");
        var (legend, histogram) = (await _world.AskAsync(Bob, "GET", Path("local-legend")), await _world.AskAsync(Bob, "GET", Path("histogram")));
        var board = await _world.AskAsync(Bob, "GET", Path("leaderboard"));
        await _world.ExecuteAsync($"UPDATE segment SET legends_off = false WHERE id = '{_segment.Id}'");

        Assert.That((legend.Status, histogram.Status, board.Status), Is.EqualTo((503, 503, 200)));
        Assert.That(legend.Json.GetProperty("code").GetString(), Is.EqualTo("legends-off"));
    }

    [Test]
    [NonParallelizable]
    public async Task All_legends_are_switched_off_and_on_while_the_service_runs()
    {
        var configuration = (IConfigurationRoot)_world.Host.Services.GetRequiredService<IConfiguration>();
        foreach (var (value, status) in new[] { ("false", 503), ("true", 200), ("of", 503), ("True", 200) })
        {
            configuration["Legends:Enabled"] = value;
            configuration.Reload();
            Assert.That((await _world.AskAsync(Bob, "GET", Path("local-legend"))).Status, Is.EqualTo(status), value);
        }
    }

    [TestCase("")]
    [TestCase("AAAA")]
    [TestCase("zzz!")]
    [TestCase("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void Only_our_own_cursors_are_taken(string text) => Assert.That(EffortCursor.Parse(text), Is.Null);

    [Test]
    public void A_cursor_comes_back_as_it_was()
    {
        var cursor = new EffortCursor(61_234, Today.UtcTicks, Ann);
        Assert.That(EffortCursor.Parse(cursor.ToString()), Is.EqualTo(cursor));
    }

    private string Path(string what) => $"/segments/{_segment.Id}/{what}";

    private async Task RunAsync(Guid athlete, int daysAgo, int times)
    {
        for (var i = 0; i < times; i++)
        {
            var (activity, at) = (Guid.NewGuid(), Today.AddDays(-daysAgo).AddHours(i));
            await _world.Host.PublishAsync(
                Lines.Figures(activity, athlete, at: at), Lines.Track(activity, athlete, Lines.RunAlong(46, 14.5, 500, at)));
        }
    }

    private static FriendshipChanged Friends(Guid one, Guid other)
    {
        var (a, b) = FriendshipChanged.Order(one, other);
        return new FriendshipChanged { AthleteA = a, AthleteB = b, Version = 1, AreFriends = true };
    }
}
