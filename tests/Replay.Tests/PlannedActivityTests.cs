using Strava.Replay.Demo;
using Strava.Replay.Generation;

namespace Strava.Replay.Tests;

internal sealed class PlannedActivityTests
{
    private static readonly DateOnly Today = new(2026, 11, 22);

    private static IEnumerable<DemoAthlete> Athletes => DemoAthlete.All;

    [TestCaseSource(nameof(Athletes))]
    public void The_same_day_plans_the_same(DemoAthlete athlete)
    {
        var (one, other) = (PlannedActivity.Past(athlete, Today), PlannedActivity.Past(athlete, Today));
        Assert.That(one, Is.EqualTo(other));
    }

    [TestCaseSource(nameof(Athletes))]
    public void A_later_day_only_adds(DemoAthlete athlete)
    {
        var before = PlannedActivity.Past(athlete, Today);
        var after = PlannedActivity.Past(athlete, Today.AddDays(1));
        var still = before.Where(activity => after.Any(other => other.Id == activity.Id)).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(still, Is.SubsetOf(after));
            Assert.That(before, Has.Count.LessThanOrEqualTo(still.Count + 2), "at most the oldest day has fallen out");
            Assert.That(after, Has.Count.LessThanOrEqualTo(still.Count + 2), "at most yesterday has come");
        }
    }

    [TestCaseSource(nameof(Athletes))]
    public void Everyone_has_several_and_all_end_before_today(DemoAthlete athlete)
    {
        var midnightMs = new DateTimeOffset(Today, TimeOnly.MinValue, TimeSpan.Zero).ToUnixTimeMilliseconds();
        var activities = PlannedActivity.Past(athlete, Today);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(activities, Has.Count.GreaterThanOrEqualTo(3));
            foreach (var activity in activities)
            {
                var track = TrackGenerator.Generate(activity.Track);
                Assert.That(track.StateLog[^1].AtMs, Is.LessThan(midnightMs), activity.Name);
            }
        }
    }

    [TestCaseSource(nameof(Athletes))]
    public void The_live_one_is_short_with_one_pause_on_any_day(DemoAthlete athlete)
    {
        for (var day = 0; day < 20; day++)
        {
            var live = PlannedActivity.Live(athlete, Today.AddDays(day), Some.StartAtMs);
            var track = TrackGenerator.Generate(live.Track);
            using (Assert.EnterMultipleScope())
            {
                Assert.That(track.Points, Has.Count.InRange(40, 110));
                Assert.That(Some.LogOf(track).Pauses, Has.Count.EqualTo(1));
            }
        }
    }

    [Test]
    public void No_two_activities_share_an_id()
    {
        var ids = DemoAthlete.All.SelectMany(athlete => Enumerable.Range(0, 60)
            .SelectMany(day => PlannedActivity.Past(athlete, Today.AddDays(day))
                .Append(PlannedActivity.Live(athlete, Today.AddDays(day), 0)))
            .Select(activity => (activity.Id, athlete.Name, activity.Track.Seed)))
            .Distinct().ToList();
        Assert.That(ids.Select(id => id.Id), Is.Unique);
    }
}
