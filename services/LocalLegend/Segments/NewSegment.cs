using NpgsqlTypes;
using Strava.Contracts.Geo;
using Strava.Contracts.Rest;
using Strava.Contracts.Sports;
using Strava.Contracts.Tracks;
using Strava.LocalLegends.Matching;

namespace Strava.LocalLegends.Segments;

/// <summary>A line that may become a segment, with its figures.</summary>
/// <param name="Sport">Whose activities are matched.</param>
/// <param name="Points">Places and heights alone.</param>
/// <param name="Figures">How long and how steep it is.</param>
internal sealed record NewSegment(Sport Sport, TrackPoint[] Points, LineFigures Figures)
{
    /// <returns>The line, or what is wrong with it: a field and a sentence.</returns>
    public static (NewSegment? Line, (string Field, string Sentence)? Fault) Of(
        Sport sport, IEnumerable<TrackPoint> points, string field, ElevationSource? heights = null)
    {
        var line = Bare(points);
        if (line.Length is < 2 or > CreateSegment.MaxPoints)
        {
            return (null, (field, $"A segment has 2 to {CreateSegment.MaxPoints} places; this has {line.Length}."));
        }

        if (!CanBeFollowed(sport, line))
        {
            return (null, (field, "No way can be followed along these places."));
        }

        var figures = LineFigures.Of(sport, line, heights);
        var meters = figures.LengthMillimeters / 1_000;
        return meters is < CreateSegment.LeastMeters or > CreateSegment.MostMeters
            ? (null, (
                field,
                $"A segment is {CreateSegment.LeastMeters} m to {CreateSegment.MostMeters / 1_000} km long; "
                    + $"this has {meters} m."))
            : (new NewSegment(sport, line, figures), null);
    }

    /// <summary>As the point codec has them.</summary>
    public byte[] Encode() => PointCodec.Encode(Points);

    public string Polyline() => Contracts.Geo.Polyline.Encode(Points.Select(point => point.Position));

    /// <summary>
    /// In degrees. What crosses the date line goes on beyond 180 there: whoever asks by a box asks once around the
    /// globe either way (<see cref="MapBox"/>).
    /// </summary>
    public NpgsqlBox Bounds()
    {
        var east = (double)Points[0].LongitudeE6;
        var (least, most) = (east, east);
        for (var i = 1; i < Points.Length; i++)
        {
            var step = (double)Points[i].LongitudeE6 - Points[i - 1].LongitudeE6;
            east += step > 180e6 ? step - 360e6 : step < -180e6 ? step + 360e6 : step;
            (least, most) = (Math.Min(least, east), Math.Max(most, east));
        }

        var latitudes = Points.Select(point => point.LatitudeE6).ToArray();
        const double Units = GeoPoint.UnitsPerDegree;
        return new NpgsqlBox(
            top: latitudes.Max() / Units, right: most / Units, bottom: latitudes.Min() / Units, left: least / Units);
    }

    private static bool CanBeFollowed(Sport sport, TrackPoint[] line)
    {
        try
        {
            SegmentLine.Of(0, sport, Array.ConvertAll(line, point => point.Position));
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    // A receiver that stood still says the same place for minutes.
    private static TrackPoint[] Bare(IEnumerable<TrackPoint> points)
    {
        var line = new List<TrackPoint>();
        foreach (var point in points)
        {
            if (!point.IsNullIsland && (line.Count == 0 || line[^1].Position != point.Position))
            {
                line.Add(new TrackPoint(null, point.LatitudeE6, point.LongitudeE6, point.ElevationCm));
            }
        }

        return [.. line];
    }
}
