using Strava.Leaderboards.Applying;
using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Reading;
using Strava.Leaderboards.Stores;

namespace Strava.Leaderboards.Tests.Boards;

public class BoardRequestTests
{
    [Test]
    public void Unknown_words_are_refused_and_the_allowed_ones_named()
    {
        var (request, faults) = BoardRequest.Parse(
            "SWIM",
            new()
            {
                Place = "moon",
                Window = "12h",
                Top = "101",
                PageSize = "0",
                Page = "-1",
                Neighbours = "11",
                Cursor = "x",
            });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(request, Is.Null);
            Assert.That(faults["sport"].Single(), Does.Contain("RUN").And.Contain("RIDE"));
            Assert.That(faults["place"].Single(), Does.Contain("global, country:US, region:US-CA, city:"));
            Assert.That(faults["window"].Single(), Does.Contain("all, year, month, week, day, 24h, 7d, 30d"));
            Assert.That(faults["top"].Single(), Does.Contain("1 to 100"));
            Assert.That(faults["pageSize"].Single(), Does.Contain("1 to 100"));
            Assert.That(faults["neighbours"].Single(), Does.Contain("1 to 10"));
            Assert.That(faults.Keys, Does.Contain("page").And.Contain("cursor"));
        }
    }

    [TestCase("all", "2026-W47")]
    [TestCase("7d", "2026-W47")]
    [TestCase("week", "2026-11")]
    [TestCase("month", "2026-W47")]
    [TestCase("year", "2026-11-22")]
    [TestCase("day", "2026")]
    public void A_period_must_fit_the_window(string window, string period) =>
        Assert.That(
            BoardRequest.Parse("RUN", new() { Window = window, Period = period }).Faults.Keys,
            Is.EqualTo(new[] { "period" }));

    [TestCase(null, null, null, 100, 0)]
    [TestCase("10", null, null, 10, 0)]
    [TestCase(null, "3", null, 100, 200)]
    [TestCase(null, "100000", "100", 100, 9_999_900)]
    [TestCase("10", "2", null, 10, 10)]
    public void A_page_is_so_many_lines_after_so_many(
        string? top, string? page, string? pageSize, int size, long start) =>
        Assert.That(
            BoardRequest.Parse("RUN", new() { Top = top, Page = page, PageSize = pageSize }).Request!.Slice,
            Is.EqualTo(new BoardSlice(size, start)));

    [Test]
    public void A_cursor_comes_back_and_other_texts_are_none()
    {
        var cursor = new BoardCursor(123_456_789_012, 42);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(BoardCursor.Parse(cursor.ToString()), Is.EqualTo(cursor));
            Assert.That(BoardCursor.Parse(new BoardCursor(0, 1).ToString()), Is.Null);
            Assert.That(BoardCursor.Parse(new BoardCursor(1, -1).ToString()), Is.Null);
            Assert.That(BoardCursor.Parse(new BoardCursor(long.MaxValue, 1).ToString()), Is.Null);
            Assert.That(BoardCursor.Parse(cursor.ToString()[1..]), Is.Null);
            Assert.That(BoardCursor.Parse($" {cursor}"), Is.Null);
            Assert.That(BoardCursor.Parse(string.Empty), Is.Null);
            Assert.That(BoardCursor.Parse("AApvBbRxbPcckCUFh3B1sg="), Is.Null, "padding that the framework's decoder throws on");
            Assert.That(BoardCursor.Parse(new string('A', 1_000)), Is.Null);
        }
    }

    [Test]
    public void Without_words_it_is_the_week_of_the_world()
    {
        var request = BoardRequest.Parse("run", new()).Request!;
        Assert.That(
            request.KeyAt(new DateOnly(2026, 11, 22)).Scores, Is.EqualTo("leaderboard:{run:global:week:2026-W47}"));
    }

    [TestCase("Pacific/Auckland", "2026-11-23")]
    [TestCase("America/Los_Angeles", "2026-11-22")]
    [TestCase("Mars/Olympus", "2026-11-22")]
    [TestCase(null, "2026-11-22")]
    public void The_viewers_day_is_the_day_at_home(string? zone, string day) =>
        Assert.That(
            LocalDay.At(new DateTimeOffset(2026, 11, 22, 20, 0, 0, TimeSpan.Zero), zone),
            Is.EqualTo(DateOnly.ParseExact(day, "yyyy-MM-dd")));

    [Test]
    public void What_has_become_of_redis_is_decided_by_its_own_watermark()
    {
        var now = new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
        var expected = new StoreExpected(Guid.NewGuid(), "run1", AppliedSince: now.AddMinutes(-5), BoardLayout.Current);
        var ours = expected.Generation.ToString();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Verdict("run1", ours, now), Is.TypeOf<StoreVerdict.Same>());
            Assert.That(Verdict("run2", ours, now), Is.EqualTo(new StoreVerdict.LostTail(now.AddSeconds(-60))));
            Assert.That(
                Verdict("run2", ours, now.AddMinutes(-10)),
                Is.TypeOf<StoreVerdict.LostAll>(),
                "restored from an old file");
            Assert.That(Verdict("run1", null, null), Is.TypeOf<StoreVerdict.LostAll>(), "wiped while it ran");
            Assert.That(
                Verdict("run2", Guid.NewGuid().ToString(), now), Is.TypeOf<StoreVerdict.LostAll>(), "somebody else's");
            Assert.That(
                StoreVerdict.Of(expected with { Layout = 1 }, new StoreSeen("run1", now, ours, now), BoardLayout.Current),
                Is.TypeOf<StoreVerdict.LostAll>(), "of before there were all of these boards");
        }

        StoreVerdict Verdict(string runId, string? generation, DateTimeOffset? at) =>
            StoreVerdict.Of(expected, new StoreSeen(runId, now, generation, at), BoardLayout.Current);
    }
}
