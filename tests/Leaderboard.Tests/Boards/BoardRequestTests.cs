using Strava.Leaderboards.Applying;
using Strava.Leaderboards.Reading;
using Strava.Leaderboards.Stores;

namespace Strava.Leaderboards.Tests.Boards;

public class BoardRequestTests
{
    [Test]
    public void Unknown_words_are_refused_and_the_allowed_ones_named()
    {
        var (request, faults) = BoardRequest.Parse("SWIM", "moon", "fortnight", null, "101");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(request, Is.Null);
            Assert.That(faults["sport"].Single(), Does.Contain("RUN").And.Contain("RIDE"));
            Assert.That(faults["place"].Single(), Does.Contain("global").And.Contain("country:US"));
            Assert.That(faults["window"].Single(), Does.Contain("all").And.Contain("week"));
            Assert.That(faults["top"].Single(), Does.Contain("1 to 100"));
        }
    }

    [TestCase("all", "2026-W47")]
    [TestCase("week", "2026-11")]
    public void A_period_must_fit_the_window(string window, string period) =>
        Assert.That(BoardRequest.Parse("RUN", null, window, period, null).Faults.Keys, Is.EqualTo(new[] { "period" }));

    [Test]
    public void Without_words_it_is_the_week_of_the_world()
    {
        var request = BoardRequest.Parse("run", null, null, null, null).Request!;
        Assert.That(request.KeyAt(new DateOnly(2026, 11, 22)).Scores, Is.EqualTo("leaderboard:{run:global:week:2026-W47}"));
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
        var expected = new StoreExpected(Guid.NewGuid(), "run1", AppliedSince: now.AddMinutes(-5));
        var ours = expected.Generation.ToString();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Verdict("run1", ours, now), Is.TypeOf<StoreVerdict.Same>());
            Assert.That(Verdict("run2", ours, now), Is.EqualTo(new StoreVerdict.LostTail(now.AddSeconds(-60))));
            Assert.That(Verdict("run2", ours, now.AddMinutes(-10)), Is.TypeOf<StoreVerdict.LostAll>(), "restored from an old file");
            Assert.That(Verdict("run1", null, null), Is.TypeOf<StoreVerdict.LostAll>(), "wiped while it ran");
            Assert.That(Verdict("run2", Guid.NewGuid().ToString(), now), Is.TypeOf<StoreVerdict.LostAll>(), "somebody else's");
        }

        StoreVerdict Verdict(string runId, string? generation, DateTimeOffset? at) =>
            StoreVerdict.Of(expected, new StoreSeen(runId, now, generation, at));
    }
}
