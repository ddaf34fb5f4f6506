using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Strava.Leaderboards.Boards;

namespace Strava.Leaderboards.Tests.Boards;

public class PeriodTests
{
    private static readonly Arbitrary<DateOnly> Day =
        Gen.Choose(-20_000, 20_000).Select(days => new DateOnly(2026, 11, 22).AddDays(days)).ToArbitrary();

    [TestCase("2026-11-22", "2026-W47")]
    [TestCase("2026-11-23", "2026-W48")]
    [TestCase("2024-12-30", "2025-W01", Description = "Monday of a week whose Thursday lies in the next year")]
    [TestCase("2021-01-03", "2020-W53")]
    public void A_week_is_the_iso_week(string day, string week) =>
        Assert.That(IsoWeek.Containing(DateOnly.Parse(day, CultureInfo.InvariantCulture)).Text, Is.EqualTo(week));

    [Test]
    public void A_week_has_seven_days_from_Monday_and_its_text_names_it() => Check.QuickThrowOnFailure(Prop.ForAll(
        Day,
        day =>
        {
            var week = IsoWeek.Containing(day);
            return week.First <= day && day < week.End && week.First.DayOfWeek == DayOfWeek.Monday
                && week.End == week.First.AddDays(7) && IsoWeek.Parse(week.Text!) == week;
        }));

    [TestCase("2026-W54")]
    [TestCase("2025-W53", Description = "a year of 52 weeks")]
    [TestCase("2026-W00")]
    [TestCase("2026-47")]
    [TestCase("9999-W01")]
    [TestCase("2026-W47\n")]
    [TestCase("")]
    public void Other_texts_name_no_week(string text) => Assert.That(IsoWeek.Parse(text), Is.Null);

    [TestCase("day", "2026-11-22", "2026-11-22")]
    [TestCase("day", "2024-02-29", "2024-02-29")]
    [TestCase("month", "2026-11-22", "2026-11")]
    [TestCase("month", "2024-02-29", "2024-02")]
    [TestCase("year", "2024-12-30", "2024", Description = "a day whose week is of the next year")]
    [TestCase("week", "2024-12-30", "2025-W01")]
    [TestCase("all", "2026-11-22", null)]
    public void A_day_lies_in(string window, string day, string? period) =>
        Assert.That(
            Window.Find(window)!.Containing(DateOnly.Parse(day, CultureInfo.InvariantCulture)).Text,
            Is.EqualTo(period));

    [Test]
    public void Every_window_holds_a_day_once_and_its_text_names_the_period() => Check.QuickThrowOnFailure(Prop.ForAll(
        Day,
        day => Window.All.Where(window => window.KeptUntil is not null).All(window =>
        {
            var period = window.Containing(day);
            return period.First <= day && day < period.End && window.Parse(period.Text!) == period
                && window.Containing(period.First) == period && window.Containing(period.End.AddDays(-1)) == period
                && window.Containing(period.End) != period;
        })));

    [TestCase("day", "2026-02-29")]
    [TestCase("day", "2026-11-1")]
    [TestCase("day", " 2026-11-22")]
    [TestCase("day", "2026-11")]
    [TestCase("day", "1899-12-31")]
    [TestCase("month", "2026-13")]
    [TestCase("month", "2026-00")]
    [TestCase("month", "2026-1 ")]
    [TestCase("month", "2026-11-22")]
    [TestCase("year", "26")]
    [TestCase("year", "0000")]
    [TestCase("year", "9999")]
    [TestCase("year", "\u0662\u0660\u0662\u0666", Description = "digits of another script")]
    [TestCase("all", "2026")]
    public void Other_texts_name_no_period(string window, string text) =>
        Assert.That(Window.Find(window)!.Parse(text), Is.Null);

    [TestCase("day", "2026-11-22", "2026-12-01T12:00Z")]
    [TestCase("week", "2026-W47", "2026-12-28T12:00Z")]
    [TestCase("month", "2026-11", "2028-02-01T12:00Z")]
    [TestCase("year", "2024", "2028-01-01T12:00Z")]
    [TestCase("day", "2024-02-29", "2024-03-09T12:00Z")]
    public void A_board_is_kept_for_some_time_after_its_period_has_ended_everywhere(
        string window, string text, string until)
    {
        var found = Window.Find(window)!;
        Assert.That(
            found.ExpiresAt(found.Parse(text)!), Is.EqualTo(DateTimeOffset.Parse(until, CultureInfo.InvariantCulture)));
    }

    [Test]
    public void All_time_is_kept_for_ever() => Assert.That(Window.Ever.ExpiresAt(Period.Ever), Is.Null);

    [Test]
    public void The_oldest_kept_period_is_kept_and_the_one_before_is_not() => Check.QuickThrowOnFailure(Prop.ForAll(
        Day,
        Gen.Choose(0, 24 * 60 - 1).ToArbitrary(),
        (day, minute) => Window.All.Where(window => window.KeptUntil is not null).All(window =>
        {
            var now = new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero).AddMinutes(minute);
            var oldest = window.OldestKept(now);
            var before = window.Containing(oldest.First.AddDays(-1));
            return window.ExpiresAt(oldest) > now && window.ExpiresAt(before) <= now;
        })));

    [TestCase(0, "24h 7d 30d")]
    [TestCase(-1, "24h 7d 30d", Description = "its local day may be of tomorrow already")]
    [TestCase(1, "24h 7d 30d")]
    [TestCase(5, "7d 30d")]
    [TestCase(15, "30d")]
    [TestCase(40, "")]
    [TestCase(-10, "", Description = "it comes in by the queue")]
    public void A_day_is_looked_at_for_the_rolling_windows_that_may_hold_it(int daysAgo, string windows)
    {
        var now = new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
        var found = Window.PeriodsOf(DateOnly.FromDateTime(now.UtcDateTime).AddDays(-daysAgo), now)
            .Where(around => around.Window.RollingDays > 0);
        Assert.That(string.Join(' ', found.Select(around => around.Window.Word)), Is.EqualTo(windows));
    }

    [TestCase("0001-01-01")]
    [TestCase("9999-12-31")]
    [TestCase("2200-01-01")]
    public void A_day_that_no_calendar_needs_counts_for_all_time_only(string day) =>
        Assert.That(
            Window.PeriodsOf(DateOnly.Parse(day, CultureInfo.InvariantCulture), DateTimeOffset.UnixEpoch)
                .Select(around => around.Window),
            Is.EqualTo(new[] { Window.Ever }));
}
