using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Strava.Contracts;
using Strava.Contracts.Sports;
using Strava.Replay.Generation;

namespace Strava.Replay.Demo;

/// <summary>
/// What an athlete does on a day follows from who and when alone, never from when the demo runs: running it again plans
/// the very same activities under the same ids, and a later day only adds to them.
/// </summary>
internal sealed record PlannedActivity(Guid Id, string Name, Visibility Visibility, TrackPlan Track)
{
    private const int DaysBack = 21;

    /// <summary>The days before today; today is not over, so that its activities might lie ahead.</summary>
    public static IReadOnlyList<PlannedActivity> Past(DemoAthlete athlete, DateOnly today)
    {
        return [.. Enumerable.Range(1, DaysBack)
            .Select(back => today.AddDays(back - DaysBack - 1))
            .SelectMany(day => new[] { On(athlete, day), OnTheLoop(athlete, day) })
            .OfType<PlannedActivity>()];
    }

    /// <summary>The short one that is recorded point by point: about 60 points with one pause.</summary>
    /// <param name="athlete">Who.</param>
    /// <param name="today">One a day.</param>
    /// <param name="startAtMs">Everything but the times is the same whenever it starts.</param>
    public static PlannedActivity Live(DemoAthlete athlete, DateOnly today, long startAtMs)
    {
        var key = Key(athlete, today, "live");
        var random = SeededRandom.Of(key);
        var speed = Speed(athlete, athlete.Favourite, random);
        var seconds = 57.0 * SportRules.Of(athlete.Favourite).SamplingSeconds;
        var name = $"Live {Noun(athlete.Favourite)} in {athlete.City}";
        return new PlannedActivity(IdOf(key), name, Visibility.Everyone, new TrackPlan
        {
            Sport = athlete.Favourite,
            Seed = (ulong)random.Whole(0, int.MaxValue - 1),
            Start = athlete.Home,
            StartAtMs = startAtMs,
            DistanceMeters = Math.Max(450, speed * seconds * 0.85),
            SpeedMetersPerSecond = speed,
            BaseHeightMeters = athlete.BaseHeightMeters,
            Pauses = 1,
            WalkingPauseShare = 0,
            LongestPauseSeconds = 45,
        });
    }

    private static PlannedActivity? On(DemoAthlete athlete, DateOnly day)
    {
        var key = Key(athlete, day, "recording");
        var random = SeededRandom.Of(key);
        var isWeekend = day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
        if (!random.IsTrue(isWeekend ? 0.55 : 0.27))
        {
            return null;
        }

        var other = athlete.Favourite == Sport.Ride ? Sport.Run : Sport.Ride;
        var sport = random.IsTrue(0.7) ? athlete.Favourite : other;
        var hour = random.Whole(5, 16);
        var time = new TimeOnly(hour, random.Whole(0, 59), random.Whole(0, 59));
        var start = new DateTimeOffset(day, time, TimeSpan.Zero);
        var isRide = sport == Sport.Ride;
        return new PlannedActivity(
            IdOf(key),
            $"{PartOfDay(hour)} {Noun(sport)} around {athlete.City}",
            random.IsTrue(0.12) ? Visibility.Friends : Visibility.Everyone,
            new TrackPlan
            {
                Sport = sport,
                Seed = (ulong)random.Whole(0, int.MaxValue - 1),
                Start = athlete.Home.Moved(random.Between(-1_500, 1_500), random.Between(-1_500, 1_500)),
                StartAtMs = start.ToUnixTimeMilliseconds() + random.Whole(0, 999),
                DistanceMeters = athlete.Fitness
                    * (isRide ? random.Between(16_000, 44_000) : random.Between(4_000, 13_000)),
                SpeedMetersPerSecond = Speed(athlete, sport, random),
                BaseHeightMeters = athlete.BaseHeightMeters,
                TrafficLights = random.Whole(1, isRide ? 7 : 4),
                Pauses = random.Whole(0, 2),
                Dropouts = random.Whole(0, 3),
            });
    }

    /// <summary>The loop where all of them meet, some more often than others: one to three laps.</summary>
    private static PlannedActivity? OnTheLoop(DemoAthlete athlete, DateOnly day)
    {
        var key = Key(athlete, day, "loop");
        var random = SeededRandom.Of(key);
        if (!random.IsTrue(athlete.OnTheLoop))
        {
            return null;
        }

        // In the evening, when the other activities of the day are over.
        var start = new DateTimeOffset(day, new TimeOnly(random.Whole(19, 20), random.Whole(0, 59)), TimeSpan.Zero);
        var laps = random.Whole(1, 3);
        return new PlannedActivity(IdOf(key), $"{laps} x {DemoSegment.Name}", Visibility.Everyone, DemoSegment.Loop with
        {
            Seed = (ulong)random.Whole(0, int.MaxValue - 1),
            StartAtMs = start.ToUnixTimeMilliseconds(),
            DistanceMeters = laps * DemoSegment.Loop.DistanceMeters,
            Laps = laps,
            SpeedMetersPerSecond = Speed(athlete, DemoSegment.Loop.Sport, random),
        });
    }

    private static double Speed(DemoAthlete athlete, Sport sport, SeededRandom random) =>
        athlete.Fitness * (sport == Sport.Ride ? random.Between(6.2, 8.1) : random.Between(2.6, 3.4));

    private static string Key(DemoAthlete athlete, DateOnly day, string kind) =>
        string.Create(CultureInfo.InvariantCulture, $"strava-demo|{athlete.Name}|{day:yyyy-MM-dd}|{kind}");

    private static string Noun(Sport sport) => sport == Sport.Ride ? "ride" : "run";

    // By the clock of these towns, an hour or two ahead of UTC.
    private static string PartOfDay(int utcHour) => utcHour switch
    {
        < 9 => "Morning",
        < 12 => "Lunch",
        < 16 => "Afternoon",
        _ => "Evening",
    };

    /// <summary>A UUID of version 8 (RFC 9562, B.2): the first bits of the key's SHA-256.</summary>
    public static Guid IdOf(string key)
    {
        var id = SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 16);
        id[6] = (byte)((id[6] & 0x0F) | 0x80);
        id[8] = (byte)((id[8] & 0x3F) | 0x80);
        return new Guid(id, bigEndian: true);
    }
}
