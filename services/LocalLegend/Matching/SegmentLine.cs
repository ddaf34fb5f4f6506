using System.Numerics;
using Strava.Contracts.Geo;
using Strava.Contracts.Sports;

namespace Strava.LocalLegends.Matching;

/// <summary>A segment as the matcher needs it. Immutable; about 16 bytes a bend.</summary>
internal sealed class SegmentLine
{
    private const float ToleranceMeters = 1;

    // A straight line of 5 km runs half a metre below the ground.
    private const double LongestEdgeMeters = 5_000;

    // Over how much of the line the direction of its ends is taken: its first points may lie anywhere.
    private const float DirectionMeters = 25;
    private const float LoopGapMeters = 25;
    private const float ShortestLoopMeters = 200;

    private SegmentLine(int number, Sport sport, GeoPoint start, GeoPoint end, Vector3[] points)
    {
        Number = number;
        Sport = sport;
        Start = start;
        Origin = EarthPosition.Of(start);
        Points = points;
        MetersTo = new float[Points.Length];
        for (var index = 1; index < Points.Length; index++)
        {
            MetersTo[index] = MetersTo[index - 1] + Vector3.Distance(Points[index - 1], Points[index]);
        }

        if (!(LengthMeters > 0))
        {
            throw new ArgumentException("A line needs two places.", nameof(points));
        }

        var bend = Math.Min(DirectionMeters, LengthMeters / 2);
        StartGate = new Gate(Points[0], Vector3.Normalize(At(bend) - Points[0]));
        EndCell = SegmentIndex.Grid.Of(end);
        EndGate = new Gate(Points[^1], Vector3.Normalize(Points[^1] - At(LengthMeters - bend)));
        IsLoop = LengthMeters >= ShortestLoopMeters && Vector3.Distance(Points[0], Points[^1]) <= LoopGapMeters;
    }

    public int Number { get; }

    public Sport Sport { get; }

    public GeoPoint Start { get; }

    public EarthPosition Origin { get; }

    /// <summary>The bends, in metres from <see cref="Origin"/>.</summary>
    public Vector3[] Points { get; }

    /// <summary>Metres along the line to each bend.</summary>
    public float[] MetersTo { get; }

    public float LengthMeters => MetersTo[^1];

    public Gate StartGate { get; }

    public Gate EndGate { get; }

    public long EndCell { get; }

    /// <summary>It ends where it begins.</summary>
    public bool IsLoop { get; }

    /// <exception cref="ArgumentException">Fewer than two different places.</exception>
    public static SegmentLine Of(int number, Sport sport, ReadOnlySpan<GeoPoint> places)
    {
        if (places.Length < 2)
        {
            throw new ArgumentException("A line needs two places.", nameof(places));
        }

        var points = Positions(places, EarthPosition.Of(places[0]));
        return new SegmentLine(number, sport, places[0], places[^1], LineSimplifier.Simplify(points, ToleranceMeters));
    }

    /// <summary>The same loop, begun and ended where it comes nearest to a place. O(bends).</summary>
    /// <returns><c>null</c>: it comes nowhere so near.</returns>
    public SegmentLine? From(Vector3 place, float mostMeters)
    {
        var (edge, part, least) = (-1, 0f, mostMeters);
        for (var index = 0; index < Points.Length - 1; index++)
        {
            var nearest = new Gate(place, default).Nearest(Points[index], Points[index + 1]);
            if (nearest.Meters <= least)
            {
                (edge, part, least) = (index, nearest.Part, nearest.Meters);
            }
        }

        if (edge < 0)
        {
            return null;
        }

        var begin = Vector3.Lerp(Points[edge], Points[edge + 1], part);
        Vector3[] around = [begin, .. Points[(edge + 1)..], .. Points[..(edge + 1)], begin];
        return new SegmentLine(Number, Sport, Start, Start, LineSimplifier.Simplify(around, ToleranceMeters));
    }

    /// <summary>The place so far along the line. O(log bends).</summary>
    public Vector3 At(float meters)
    {
        var index = Array.BinarySearch(MetersTo, meters);
        var edge = Math.Clamp(index >= 0 ? index : ~index - 1, 0, Points.Length - 2);
        var length = MetersTo[edge + 1] - MetersTo[edge];
        var part = length > 0 ? (meters - MetersTo[edge]) / length : 0;
        return Vector3.Lerp(Points[edge], Points[edge + 1], Math.Clamp(part, 0, 1));
    }

    private static Vector3[] Positions(ReadOnlySpan<GeoPoint> places, EarthPosition origin)
    {
        var positions = new List<Vector3>(places.Length) { default };
        var last = origin;
        foreach (var place in places[1..])
        {
            var next = EarthPosition.Of(place);
            var pieces = (int)(last.DistanceTo(next) / LongestEdgeMeters) + 1;
            for (var piece = 1; piece < pieces; piece++)
            {
                positions.Add(EarthPosition.Of(last.Toward(next, (double)piece / pieces)).From(origin));
            }

            positions.Add(next.From(origin));
            last = next;
        }

        return [.. positions];
    }
}
