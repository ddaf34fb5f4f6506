using Strava.Contracts;
using Strava.Contracts.Geo;
using Strava.Contracts.Messages;
using Strava.Contracts.Rest;
using Strava.Contracts.Sports;
using Strava.Contracts.Tracks;

namespace Strava.LocalLegends.Tests.Segments;

/// <summary>Straight lines northward, and activities that follow them.</summary>
internal static class Lines
{
    /// <summary>In metres along a meridian.</summary>
    private const double DegreesPerMeter = 180 / (Math.PI * Haversine.EarthRadiusMeters);

    public static readonly DateTimeOffset Start = new(2026, 11, 20, 8, 0, 0, TimeSpan.Zero);

    /// <param name="lat">Where it begins.</param>
    /// <param name="lon">Its meridian.</param>
    /// <param name="meters">Its length.</param>
    public static CreateSegment North(double lat, double lon, int meters, string name = "a line") => new()
    {
        Name = name,
        Type = Sport.Run,
        TimeZone = "Europe/Ljubljana",
        Points =
        [
            .. Enumerable.Range(0, (meters / 50) + 1).Select(i => new SegmentPoint
            {
                Lat = lat + (i * 50 * DegreesPerMeter),
                Lon = lon,
                ElevationMeters = 300 + (i * 2),
            }),
        ],
    };

    /// <summary>A run along the same meridian, from 200 m before to 200 m after, 3 m/s, a point a second.</summary>
    public static TrackPoint[] RunAlong(double lat, double lon, int meters, DateTimeOffset at) =>
    [
        .. Enumerable.Range(0, (meters + 400) / 3).Select(i =>
        {
            var place = GeoPoint.FromDegrees(lat + (((i * 3) - 200) * DegreesPerMeter), lon);
            return new TrackPoint(
                at.AddSeconds(i).ToUnixTimeMilliseconds(), place.LatitudeE6, place.LongitudeE6, 30_000 + (i * 12));
        }),
    ];

    public static ActivitySummary Figures(
        Guid activity, Guid athlete, long version = 1, Visibility visibility = Visibility.Everyone, DateTimeOffset? at = null) => new()
        {
            ActivityId = activity,
            AthleteId = athlete,
            Version = version,
            Sport = Sport.Run,
            Name = "run",
            Visibility = visibility,
            StartedAt = at ?? Start,
            CompletedAt = at ?? Start,
            TimeZone = "UTC",
            LocalDate = DateOnly.FromDateTime((at ?? Start).UtcDateTime),
            DistanceMillimeters = 1,
            TotalMilliseconds = 1,
            ActiveMilliseconds = 1,
            MovingMilliseconds = 1,
            ElevationGainCentimeters = 1,
            ElevationLossCentimeters = 1,
            PointCount = 2,
        };

    public static ActivityTrackPublished Track(Guid activity, Guid athlete, TrackPoint[] points, long version = 1) => new()
    {
        ActivityId = activity,
        AthleteId = athlete,
        Version = version,
        Sport = Sport.Run,
        Points = Convert.ToBase64String(PointCodec.Encode(points)),
    };

    public static AthleteProfileChanged Profile(Guid athlete, string name, string? timeZone = null) => new()
    {
        AthleteId = athlete,
        Version = 1,
        Name = name,
        Country = null,
        Region = null,
        City = null,
        TimeZone = timeZone,
    };
}
