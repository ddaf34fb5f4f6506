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

    [Test]
    public void A_week_board_is_kept_five_weeks_after_the_week_has_ended_everywhere()
    {
        var week = Window.Find("week")!;
        var period = week.Parse("2026-W47")!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(period.ClosesAt, Is.EqualTo(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero)));
            Assert.That(week.ExpiresAt(period), Is.EqualTo(new DateTimeOffset(2026, 12, 28, 12, 0, 0, TimeSpan.Zero)));
            Assert.That(Window.Find("all")!.ExpiresAt(Period.Ever), Is.Null);
        }
    }

    [Test]
    public void The_oldest_kept_week_is_kept_and_the_one_before_is_not() => Check.QuickThrowOnFailure(Prop.ForAll(
        Day,
        day =>
        {
            var now = new DateTimeOffset(day, new TimeOnly(13, 0), TimeSpan.Zero);
            var week = Window.Find("week")!;
            var oldest = week.OldestKept(now);
            return week.ExpiresAt(oldest) > now && week.ExpiresAt(week.Containing(oldest.First.AddDays(-1))) <= now
                && Window.RetainedSince(now) <= oldest.First;
        }));
}
