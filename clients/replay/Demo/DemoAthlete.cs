using Strava.Contracts.Sports;
using Strava.Replay.Generation;

namespace Strava.Replay.Demo;

/// <summary>Somebody who trains in the demo.</summary>
/// <param name="Name">Also what POST /dev/token is asked for.</param>
/// <param name="Home">Where the loops begin; our own coordinates, near the town.</param>
/// <param name="BaseHeightMeters">Of the lowest place around.</param>
/// <param name="Favourite">The sport of most days.</param>
/// <param name="Fitness">1 for the middle, more is faster.</param>
/// <param name="OnTheLoop">Share of the days with a run on the loop where all of them meet.</param>
internal sealed record DemoAthlete(
    string Name,
    string Country,
    string Region,
    string City,
    string TimeZone,
    Place Home,
    double BaseHeightMeters,
    Sport Favourite,
    double Fitness,
    double OnTheLoop)
{
    /// <summary>All of them; the first is the one whose feed is shown.</summary>
    public static IReadOnlyList<DemoAthlete> All { get; } =
    [
        new("demo", "SI", "SI-061", "Ljubljana", "Europe/Ljubljana", new(46.0560, 14.4720), 280, Sport.Run, 1.0, 0.35),
        new("Maja Kos", "SI", "SI-070", "Maribor", "Europe/Ljubljana", new(46.5480, 15.6190), 255, Sport.Ride, 1.12, 0.1),
        new("Luka Zupan", "SI", "SI-052", "Kranj", "Europe/Ljubljana", new(46.2310, 14.3720), 370, Sport.Ride, 0.95, 0.5),
        new("Nina Morje", "SI", "SI-050", "Koper", "Europe/Ljubljana", new(45.5310, 13.7460), 5, Sport.Run, 1.08, 0.15),
        new("Anton Gruber", "AT", "AT-6", "Graz", "Europe/Vienna", new(47.0580, 15.4210), 345, Sport.Ride, 1.03, 0.1),
        new("Chiara Riva", "IT", "IT-36", "Trieste", "Europe/Rome", new(45.6390, 13.8030), 20, Sport.Run, 0.92, 0.2),
    ];

    /// <summary>
    /// Pairs of places in <see cref="All"/>. The last one is no friend of demo's: seen on boards, not in the feed.
    /// </summary>
    public static IReadOnlyList<(int One, int Other)> Friendships { get; } =
        [(0, 1), (0, 2), (0, 3), (0, 4), (1, 2), (1, 4), (3, 5)];
}
