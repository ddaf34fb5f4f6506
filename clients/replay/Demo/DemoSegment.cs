using Strava.Contracts.Rest;
using Strava.Contracts.Sports;
using Strava.Replay.Generation;

namespace Strava.Replay.Demo;

/// <summary>The segment that the demo athletes meet on: most of a loop above Ljubljana, our own coordinates.</summary>
internal static class DemoSegment
{
    public const string Name = "Round the hill";

    private const double StepMeters = 10;

    /// <summary>One lap of the way that it lies on.</summary>
    public static TrackPlan Loop { get; } = new()
    {
        Sport = Sport.Run,
        Seed = 0,
        RouteSeed = 20_261_122,
        Start = new Place(46.0610, 14.4780),
        StartAtMs = 0,
        DistanceMeters = 2_000,
        SpeedMetersPerSecond = 3,
        BaseHeightMeters = 290,
    };

    public static Guid Id { get; } = PlannedActivity.IdOf($"strava-demo|segment|{Name}");

    /// <summary>Safe to repeat: the id and every point are the same.</summary>
    public static async Task MakeAsync(DemoMember maker, CancellationToken cancellationToken)
    {
        var route = TrackGenerator.RouteOf(Loop, new SeededRandom(Loop.Seed));
        // Neither from nor to the very place where a lap begins: there people stand about.
        var (from, to) = (0.1 * route.LengthMeters, 0.9 * route.LengthMeters);
        var line = Enumerable.Range(0, (int)((to - from) / StepMeters))
            .Select(step => route.At(from + (step * StepMeters)))
            .Select(place => new SegmentPoint
            {
                Lat = place.Latitude,
                Lon = place.Longitude,
                ElevationMeters = Math.Round(Loop.BaseHeightMeters + Terrain.ReliefMeters(place), 1),
            });
        var request = new CreateSegment
        {
            Id = Id,
            Name = Name,
            Type = Loop.Sport,
            Points = [.. line],
            TimeZone = maker.Athlete.TimeZone,
        };
        (await maker.Session.PostAsync("/segments", request, cancellationToken)).OrFail();
    }
}
