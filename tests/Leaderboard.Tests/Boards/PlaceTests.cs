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
    [TestCase("region:US-CA", "region:US-CA")]
    [TestCase("region:si-061", "region:SI-061")]
    [TestCase("region:CA", null)]
    [TestCase("region:US-", null)]
    [TestCase("region:US-CALI", null)]
    [TestCase("city:Ljubljana", "city:ljubljana")]
    [TestCase("city:  NOVO \t MESTO ", null, Description = "a control character")]
    [TestCase("city:  NOVO   MESTO ", "city:novo%20mesto")]
    [TestCase("city:Saint-\u00c9tienne", "city:saint-%C3%A9tienne")]
    [TestCase("city:a:b}{*\u00e9", "city:a%3Ab%7D%7B%2A%C3%A9")]
    [TestCase("city:\u0391\u03a3", "city:%CE%B1%CF%83")]
    [TestCase("city:\u03b1\u03c2", "city:%CE%B1%CF%83", Description = "the same with a final sigma")]
    [TestCase("city:global", "city:global")]
    [TestCase("city: ", null)]
    [TestCase("city:", null)]
    [TestCase("city", null)]
    [TestCase("", null)]
    public void A_place_is_read(string text, string? word) => Assert.That(Place.Parse(text)?.Word, Is.EqualTo(word));

    [TestCase(Sport.Run, "country:US", "week", "leaderboard:{run:US:week:2026-W47}")]
    [TestCase(Sport.Ride, "global", "all", "leaderboard:{ride:global:all}")]
    [TestCase(Sport.Run, "region:US-CA", "month", "leaderboard:{run:US-CA:month:2026-11}")]
    [TestCase(Sport.Run, "city:Novo Mesto", "day", "leaderboard:{run:city:novo%20mesto:day:2026-11-22}")]
    [TestCase(Sport.Run, "city:us", "year", "leaderboard:{run:city:us:year:2026}", Description = "not the country")]
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
    public void A_name_too_long_or_cut_in_the_middle_of_a_letter_harms_nothing()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Place.Parse($"city:{new string('x', 201)}"), Is.Null);
            Assert.That(Place.Parse("city:x\ud83d")?.Word, Is.EqualTo("city:x%EF%BF%BD"));
        }
    }

    [TestCase("city:novo  mesto", "Novo Mesto", "city:Novo Mesto", Description = "as at home")]
    [TestCase("city:novo  mesto", "Maribor", "city:novo mesto", Description = "as asked")]
    [TestCase("country:si", "SI", "country:SI")]
    public void A_place_is_shown_in_the_readers_spelling(string asked, string home, string shown) =>
        Assert.That(Place.Parse(asked)!.Shown(asked, home), Is.EqualTo(shown));

    [Test]
    public void An_athlete_competes_in_every_place_that_the_profile_names()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                Place.Of(new AthletePlace("SI", "SI-061", "Ljubljana")).Select(place => place.Word),
                Is.EqualTo(new[] { "global", "country:SI", "region:SI-061", "city:ljubljana" }));
            Assert.That(
                Place.Of(new AthletePlace(null, "not one", " ")).Select(place => place.Word),
                Is.EqualTo(new[] { "global" }));
        }
    }

    [Test]
    public void A_move_re_keys_what_is_open_and_leaves_what_is_closed()
    {
        var history = History((1, Now.AddDays(-30), "US"), (2, Now, "SI"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(CountryAt(history, LastWeek), Is.EqualTo("country:US"));
            Assert.That(CountryAt(history, CalendarPeriods.Day(new DateOnly(2026, 11, 20))), Is.EqualTo("country:US"));
            Assert.That(CountryAt(history, CalendarPeriods.Day(new DateOnly(2026, 11, 22))), Is.EqualTo("country:SI"));
            Assert.That(CountryAt(history, ThisWeek), Is.EqualTo("country:SI"));
            Assert.That(CountryAt(history, Period.Ever), Is.EqualTo("country:SI"));
        }
    }

    [Test]
    public void Before_the_first_profile_counts_as_the_first_place() =>
        Assert.That(CountryAt(History((4, Now, "SI"), (7, Now, "US")), LastWeek), Is.EqualTo("country:SI"));

    [Test]
    public void A_total_is_set_where_the_athlete_is_and_cleared_where_they_were()
    {
        var total = new PeriodTotal(new(7, Sport.Run, Window.Ever, Period.Ever), new BoardScore(100, 1));
        var changes = BoardChange.For(
            total, History((1, Now.AddDays(-9), "US"), (2, Now.AddDays(-5), "DE"), (3, Now, "US")));
        Assert.That(
            changes.Select(change => (change.Board.Place.Word, change.Score)),
            Is.EquivalentTo(new[]
            {
                ("global", total.Score.Packed), ("country:US", total.Score.Packed), ("country:DE", 0L),
            }));
    }

    private static string CountryAt(PlaceHistory history, Period period) => history.At(period)[1].Word;

    private static PlaceHistory History(params (long Version, DateTimeOffset Since, string Country)[] places) =>
        new(places.Select(place => new PlaceSince(
            place.Version, place.Since, new AthletePlace(place.Country, null, null))));
}
