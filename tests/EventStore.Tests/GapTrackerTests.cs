using FsCheck;
using FsCheck.Fluent;
using Strava.EventStore.Subscriptions;

namespace Strava.EventStore.Tests;

public sealed class GapTrackerTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void The_checkpoint_stays_below_an_open_gap()
    {
        var tracker = new GapTracker(0);

        Deliver(tracker, 1, 2, 5);

        Assert.That(tracker.SafeCheckpoint, Is.EqualTo(2));
        Assert.That(tracker.Highest, Is.EqualTo(5));
    }

    [Test]
    public void A_late_number_is_delivered_once_and_closes_its_gap()
    {
        var tracker = new GapTracker(0);
        Deliver(tracker, 1, 3);

        Assert.That(tracker.Deliver(2, Noon), Is.True);
        Assert.That(tracker.Deliver(2, Noon), Is.False);
        Assert.That(tracker.SafeCheckpoint, Is.EqualTo(3));
    }

    [Test]
    public void A_number_in_the_middle_of_a_wide_gap_leaves_both_ends_open()
    {
        var tracker = new GapTracker(0);
        Deliver(tracker, 1_000_000_000, 500);

        Assert.That(
            tracker.Gaps.Select(gap => (gap.First, gap.Last)),
            Is.EqualTo(new[] { (1L, 499L), (501L, 999_999_999L) }));
    }

    [Test]
    public void A_gap_lives_as_long_as_a_transaction_older_than_its_sighting()
    {
        var tracker = new GapTracker(0);
        Deliver(tracker, 2);

        tracker.CloseDead([.. tracker.Gaps], Noon.AddMilliseconds(-1));
        Assert.That(tracker.SafeCheckpoint, Is.Zero);

        tracker.CloseDead([.. tracker.Gaps], Noon);
        Assert.That(tracker.SafeCheckpoint, Is.Zero, "a transaction of that very moment may own it");

        tracker.CloseDead([.. tracker.Gaps], Noon.AddMilliseconds(1));
        Assert.That(tracker.SafeCheckpoint, Is.EqualTo(2));
    }

    [Test]
    public void A_gap_that_was_not_reread_is_not_closed()
    {
        var tracker = new GapTracker(0);
        Deliver(tracker, 2);
        var reread = tracker.Gaps.ToArray();
        Deliver(tracker, 4);

        tracker.CloseDead(reread, oldestTransaction: null);

        Assert.That(tracker.Gaps.Single().First, Is.EqualTo(3));
    }

    [Test]
    public void Whatever_the_order_each_number_is_delivered_once_and_the_checkpoint_is_below_the_lowest_missing_one()
    {
        var histories =
            from length in Gen.Choose(1, 60)
            from order in Gen.Shuffle(Enumerable.Range(1, length).Select(n => (long)n).ToArray())
            from take in Gen.Choose(0, length)
            from again in Gen.ListOf(Gen.Elements(order))
            select order.Take(take).Concat(again.Where(n => order.Take(take).Contains(n))).ToArray();

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(histories.ToArbitrary(), numbers =>
        {
            var tracker = new GapTracker(0);
            var delivered = numbers.Where(number => tracker.Deliver(number, Noon)).ToArray();
            var lowestMissing = Enumerable.Range(1, numbers.Length + 1).First(n => !numbers.Contains(n));
            var highest = numbers.DefaultIfEmpty(0).Max();

            return delivered.Length == delivered.Distinct().Count()
                && delivered.Order().SequenceEqual(numbers.Distinct().Order())
                && tracker.SafeCheckpoint == Math.Min(lowestMissing - 1, highest);
        }));
    }

    private static void Deliver(GapTracker tracker, params long[] sequences)
    {
        foreach (var sequence in sequences)
        {
            tracker.Deliver(sequence, Noon);
        }
    }
}
