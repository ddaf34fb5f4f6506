using Strava.Contracts.Geo;
using Strava.Contracts.Tracks;

namespace Strava.Bench.Legends;

/// <summary>
/// What one writes first, and workout-tracker has: of the segments that lie in the track's bounding box, each point
/// near the start begins a walk that wants each of the segment's points near one of the track's, in order. Without its
/// faults: it takes every effort, and a cheap distance.
/// </summary>
internal sealed class NaiveMatcher(IReadOnlyList<GeoPoint[]> segments)
{
    private const double NearMeters = 20;
    private const double MetersPerUnit = Haversine.EarthRadiusMeters * Math.PI / 180 / GeoPoint.UnitsPerDegree;

    private readonly (GeoPoint SouthWest, GeoPoint NorthEast)[] _boxes = [.. segments.Select(Box)];

    public int LastCandidates { get; private set; }

    public int Match(TrackPoint[] points)
    {
        var places = new GeoPoint[points.Length];
        for (var index = 0; index < places.Length; index++)
        {
            places[index] = points[index].Position;
        }

        var (southWest, northEast) = Box(places);
        var (efforts, candidates) = (0, 0);
        for (var index = 0; index < _boxes.Length; index++)
        {
            var (low, high) = _boxes[index];
            if (low.LatitudeE6 >= southWest.LatitudeE6 && low.LongitudeE6 >= southWest.LongitudeE6
                && high.LatitudeE6 <= northEast.LatitudeE6 && high.LongitudeE6 <= northEast.LongitudeE6)
            {
                candidates++;
                efforts += Efforts(segments[index], places);
            }
        }

        LastCandidates = candidates;
        return efforts;
    }

    private static int Efforts(GeoPoint[] segment, GeoPoint[] places)
    {
        var efforts = 0;
        for (var first = 0; first < places.Length; first++)
        {
            if (IsNear(places[first], segment[0]) && End(segment, places, first) is { } end)
            {
                efforts++;
                first = end;
            }
        }

        return efforts;
    }

    private static int? End(GeoPoint[] segment, GeoPoint[] places, int at)
    {
        foreach (var place in segment)
        {
            while (!IsNear(places[at], place))
            {
                if (++at == places.Length)
                {
                    return null;
                }
            }
        }

        return at;
    }

    private static bool IsNear(GeoPoint one, GeoPoint other)
    {
        var north = (one.LatitudeE6 - other.LatitudeE6) * MetersPerUnit;
        if (Math.Abs(north) > NearMeters)
        {
            return false;
        }

        var unitMeters = MetersPerUnit * Math.Cos(double.DegreesToRadians(one.Latitude));
        var east = (one.LongitudeE6 - other.LongitudeE6) * unitMeters;
        return (north * north) + (east * east) <= NearMeters * NearMeters;
    }

    private static (GeoPoint SouthWest, GeoPoint NorthEast) Box(GeoPoint[] places) => (
        new GeoPoint(places.Min(place => place.LatitudeE6), places.Min(place => place.LongitudeE6)),
        new GeoPoint(places.Max(place => place.LatitudeE6), places.Max(place => place.LongitudeE6)));
}
