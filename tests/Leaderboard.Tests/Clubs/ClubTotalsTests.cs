using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Clubs;

namespace Strava.Leaderboards.Tests.Clubs;

public class ClubTotalsTests
{
    [Test]
    public void Sums_are_floored_once_and_the_pace_is_of_what_has_both_distance_and_time()
    {
        // 10 km, of which 8 km took 40 minutes: 5:00 a km.
        var totals = ClubTotals.Of(new LedgerSums(10_000_009, 2_400_000, 12_349, 8_000_000, 2_400_000, 8_000_009, 3));
        Assert.That(totals, Is.EqualTo(new ClubTotals(1_000_000, 2_400_000, 1_234, 300_000, 800_000, 3)));
        Assert.That(ClubTotals.Parse(totals.Serialize()), Is.EqualTo(totals));
    }

    [TestCase(9, 1_000)]
    [TestCase(1_000, 0)]
    [TestCase(0, 0)]
    public void Without_distance_or_time_there_is_no_pace_and_the_last_place(long millimeters, long milliseconds)
    {
        var totals = ClubTotals.Of(
            new LedgerSums(millimeters, milliseconds, 0, millimeters, milliseconds, millimeters, 1));
        Assert.That(totals.PaceMillisecondsPerKm, Is.Null);
        Assert.That(ClubColumn.Find("averagePace")!.ScoreOf(totals), Is.EqualTo(ClubColumn.NoPace));
        Assert.That(ClubTotals.Parse(totals.Serialize()), Is.EqualTo(totals));
    }

    [Test]
    public void A_lower_pace_has_the_greater_score_and_no_number_leaves_what_a_double_holds()
    {
        var pace = ClubColumn.Find("averagePace")!;
        Assert.That(pace.ScoreOf(Paced(1_000_000, 240_000)), Is.GreaterThan(pace.ScoreOf(Paced(1_000_000, 241_000))));
        var extreme = ClubTotals.Of(new LedgerSums(
            long.MaxValue, long.MaxValue, long.MaxValue, 10, long.MaxValue, long.MaxValue, long.MaxValue));
        foreach (var column in ClubColumn.All)
        {
            Assert.That((long)(double)column.ScoreOf(extreme), Is.EqualTo(column.ScoreOf(extreme)), column.Word);
        }

        Assert.That(pace.ScoreOf(extreme), Is.GreaterThan(ClubColumn.NoPace), "who has a pace is above who has none");

        static ClubTotals Paced(long millimeters, long milliseconds) =>
            ClubTotals.Of(new LedgerSums(millimeters, milliseconds, 0, millimeters, milliseconds, millimeters, 1));
    }

    [Test]
    public void A_cursor_is_read_as_it_was_written_and_nothing_else_is_one()
    {
        var cursor = new ClubCursor(ClubColumn.Find("averagePace")!, new DateOnly(2026, 11, 16), ClubColumn.NoPace, 7);
        Assert.That(ClubCursor.Parse(cursor.ToString()), Is.EqualTo(cursor));
        foreach (var text in (string[])
            ["", "x", $"{cursor} ", cursor.ToString()[1..], new string('A', 28), new string('_', 28)])
        {
            Assert.That(ClubCursor.Parse(text), Is.Null, text);
        }
    }

    [TestCase("2026-11-22T23:30:00Z", "2026-W48,2026-W47,2026-W46,2026-W45")] // Monday has begun in the east
    [TestCase("2026-11-23T12:30:00Z", "2026-W48,2026-W47,2026-W46,2026-W45")] // an hour more than Redis keeps
    [TestCase("2026-11-23T14:00:00Z", "2026-W48,2026-W47,2026-W46")]
    [TestCase("2026-11-25T12:00:00Z", "2026-W48,2026-W47,2026-W46")]
    public void Weeks_are_kept_until_two_weeks_after_their_end(string now, string weeks)
    {
        var kept = ClubWeek.AllKept(DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture));
        Assert.That(string.Join(',', kept.Select(week => week.Text)), Is.EqualTo(weeks));
    }

    [Test]
    public void This_and_last_week_are_those_of_the_readers_day()
    {
        Assert.That(ClubWeek.Find("this", new DateOnly(2027, 1, 3)).Text, Is.EqualTo("2026-W53"));
        Assert.That(ClubWeek.Find("last", new DateOnly(2027, 1, 4)).Text, Is.EqualTo("2026-W53"));
        Assert.That(new ClubBoardKey(17, IsoWeek.Containing(new(2026, 11, 22))).Scores(ClubColumn.Distance),
            Is.EqualTo("leaderboard:club:{17:2026-W47}:distance"));
    }
}
