using Strava.Contracts.Sports;
using Strava.Leaderboards.Boards;

namespace Strava.Leaderboards.Tests.Boards;

public class PlaceTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly Period ThisWeek = IsoWeek.Containing(new DateOnly(2026, 11, 22));
    private static readonly Period LastWeek = IsoWeek.Containing(new DateOnly(2026, 11, 11));

    [TestCase("global", "global")]
    [TestCase("country:US", "country:US")]
    [TestCase("country:si", "country:SI")]
    [TestCase("moon", null)]
    [TestCase("country", null)]
    [TestCase("country:", null)]
    [TestCase("country:USA", null)]
    [TestCase("country:U1", null)]
    [TestCase("global:", null)]
    [TestCase("global:US", null)]
    [TestCase("region:US-CA", null)]
    [TestCase("", null)]
    public void A_place_is_read(string text, string? word) => Assert.That(Place.Parse(text)?.Word, Is.EqualTo(word));

    [TestCase(Sport.Run, "country:US", "week", "leaderboard:{run:US:week:2026-W47}")]
    [TestCase(Sport.Ride, "global", "all", "leaderboard:{ride:global:all}")]
    public void Keys_are_pinned(Sport sport, string place, string window, string key)
    {
        var found = Window.Find(window)!;
        var board = new BoardKey(sport, Place.Parse(place)!, found, found.Containing(new DateOnly(2026, 11, 22)));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(board.Scores, Is.EqualTo(key));
            Assert.That(board.Fence, Is.EqualTo($"{key}:fence"));
        }
    }

    [Test]
    public void A_move_re_keys_what_is_open_and_leaves_what_is_closed()
    {
        var history = History((1, Now.AddDays(-30), "US"), (2, Now, "SI"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(history.At(LastWeek).Country, Is.EqualTo("US"));
            Assert.That(history.At(ThisWeek).Country, Is.EqualTo("SI"));
            Assert.That(history.At(Period.Ever).Country, Is.EqualTo("SI"));
        }
    }

    [Test]
    public void Before_the_first_profile_counts_as_the_first_place() =>
        Assert.That(History((4, Now, "SI"), (7, Now, "US")).At(LastWeek).Country, Is.EqualTo("SI"));

    [Test]
    public void A_total_is_set_where_the_athlete_is_and_cleared_where_they_were()
    {
        var total = new PeriodTotal(7, Sport.Run, Window.Find("all")!, Period.Ever, new BoardScore(100, 1));
        var changes = BoardChange.For(total, History((1, Now.AddDays(-9), "US"), (2, Now.AddDays(-5), "DE"), (3, Now, "US")));
        Assert.That(
            changes.Select(change => (change.Board.Place.Word, change.Score)),
            Is.EquivalentTo(new[] { ("global", total.Score.Packed), ("country:US", total.Score.Packed), ("country:DE", 0L) }));
    }

    private static PlaceHistory History(params (long Version, DateTimeOffset Since, string Country)[] places) =>
        new(places.Select(place => new PlaceSince(place.Version, place.Since, new AthletePlace(place.Country, null, null))));
}
