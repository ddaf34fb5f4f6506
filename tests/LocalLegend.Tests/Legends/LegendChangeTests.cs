using Strava.LocalLegends.Legends;

namespace Strava.LocalLegends.Tests.Legends;

/// <summary>
/// Random histories in memory: after each change the rows and the histogram equal the slow answer over all efforts.
/// </summary>
public class LegendChangeTests
{
    private static readonly DateOnly Start = new(2026, 3, 1);

    [Test]
    public void Rows_and_bins_equal_the_slow_answer_after_every_change([Range(1, 60)] int seed)
    {
        var random = new Random(seed);
        var world = new MemoryLegends(athletes: random.Next(2, 7));
        var today = Start;
        for (var step = 0; step < 60; step++)
        {
            // Mostly a day or none; at times as long as efforts count, so that all of them run out.
            today = today.AddDays(random.Next(12) switch { 0 => 89, 1 => 90, 2 => 91, 3 => 30, < 7 => 1, _ => 0 });
            world.Change(random, today);
            world.Compare(today, $"seed {seed}, step {step}");
        }
    }

    [TestCase(0, true)]
    [TestCase(89, true)]
    [TestCase(90, false)]
    [TestCase(91, false)]
    public void An_effort_counts_for_ninety_days_its_own_included(int later, bool counts)
    {
        var effort = new CountedEffort(Start, Start.ToDateTime(new TimeOnly(7, 0)));
        var entry = new DailyCounts(Start, [effort]).On(later, Guid.NewGuid());
        Assert.That(entry is not null, Is.EqualTo(counts));
    }

    [Test]
    public void An_effort_of_a_day_to_come_counts_from_that_day_on()
    {
        var counts = new DailyCounts(Start, [new(Start.AddDays(3), DateTime.UnixEpoch)]);
        Assert.That(
            Enumerable.Range(0, 100).Where(day => counts.EffortsOn(day) > 0), Is.EqualTo(Enumerable.Range(3, 90)));
    }

    [Test]
    public void Ties_go_to_who_was_first_and_then_to_the_smaller_id()
    {
        var (a, b) = (new Guid("10000000-0000-4000-8000-000000000000"), new Guid("f0000000-0000-4000-8000-000000000000"));
        var early = Start.ToDateTime(default);
        Assert.That(new LegendEntry(b, 3, early).IsAheadOf(new(a, 2, early.AddDays(-9))));
        Assert.That(new LegendEntry(b, 3, early).IsAheadOf(new(a, 3, early.AddTicks(1))));
        Assert.That(new LegendEntry(a, 3, early).IsAheadOf(new(b, 3, early)));
        Assert.That(new LegendEntry(b, 3, early).IsAheadOf(new(a, 3, early)), Is.False);
    }

    [Test]
    public void Ids_are_ordered_as_their_text_is()
    {
        var random = new Random(1);
        var ids = Enumerable.Range(0, 500).Select(_ =>
        {
            var bytes = new byte[16];
            random.NextBytes(bytes);
            return new Guid(bytes);
        }).ToArray();
        Assert.That(
            ids.Order().Select(id => id.ToString()),
            Is.EqualTo(ids.Select(id => id.ToString()).Order(StringComparer.Ordinal)));
    }

    [Test]
    public void Bins_are_1_2_3to4_5to8()
    {
        Assert.That(
            new[] { 1, 2, 3, 4, 5, 8, 9, 16, 17 }.Select(HistogramBin.Of), Is.EqualTo(new[] { 0, 1, 2, 2, 3, 3, 4, 4, 5 }));
        Assert.That(
            Enumerable.Range(0, 20).All(bin =>
                HistogramBin.Of(HistogramBin.First(bin)) == bin && HistogramBin.Of(HistogramBin.Last(bin)) == bin));
    }

    [TestCase("Europe/Ljubljana", "2026-03-28T22:59:59Z", "2026-03-28")]
    [TestCase("Europe/Ljubljana", "2026-03-28T23:00:00Z", "2026-03-29")]
    [TestCase("Europe/Ljubljana", "2026-03-29T22:00:00Z", "2026-03-30")]
    [TestCase("Europe/Ljubljana", "2026-10-25T22:59:59Z", "2026-10-25")]
    [TestCase("Asia/Kathmandu", "2026-11-22T18:14:59Z", "2026-11-22")]
    [TestCase("Asia/Kathmandu", "2026-11-22T18:15:00Z", "2026-11-23")]
    [TestCase("Pacific/Kiritimati", "2026-11-22T10:00:00Z", "2026-11-23")]
    [TestCase("America/Los_Angeles", "2026-11-22T07:59:59Z", "2026-11-21")]
    [TestCase("No/Such_Zone", "2026-11-22T23:59:59Z", "2026-11-22")]
    public void Days_are_those_of_the_zone(string zone, string instant, string day) =>
        Assert.That(
            LocalDays.Of(zone, DateTimeOffset.Parse(instant, null)).ToString("O", null), Is.EqualTo(day));
}
