using System.Numerics;

namespace Strava.LocalLegends.Matching;

/// <summary>
/// Follows a segment from its start along a track, point by point, and says where the track passes its end. O(points
/// until then); it ends early where the track leaves the line.
/// </summary>
/// <remarks>
/// Each point has its place on the line: the nearest within what can have been covered since the point before, so
/// that neither a hairpin nor a road that is taken there and back is confused. It is the mean offset over some 40 m
/// that must be small, not each point's: noise goes to and fro, a parallel street does not.
/// </remarks>
internal ref struct LineWalk
{
    private const float MostMeanOffsetMeters = 22;
    private const float MostOffsetMeters = 60;
    private const float MostUsualOffsetMeters = 15;
    private const float MeanOverMeters = 40;

    // Of one point in the mean, however far from the last: so that one wild point among sparse ones is no detour.
    private const float MostWeight = 0.5f;

    // A right-angled bend is 1.41 times its chord.
    private const float WayPerChord = 1.5f;
    private const float NoiseMeters = 30;
    private const float WayPerExpected = 1.5f;
    private const int LongestHairpinMs = 10_000;
    private const int LeastMeasuredMs = 5_000;

    // A place that is as much farther along (or less far) than the chord costs as much as a fifth of it aside.
    private const float AlongWeight = 0.04f;

    // 4 m aside.
    private const float GoodCost = 16;

    // Points nearer to the last one that was looked at tell nothing new.
    private const float StepMeters = 8;

    // Nobody saw what lies between two points: no more than half a segment.
    private const float MostUnseenPart = 0.5f;
    private const float LeastUnseenMeters = 200;
    private const float MostTurnedBackMeters = 200;

    private readonly SegmentLine _line;
    private readonly TrackChain _chain;
    private readonly Vector3 _offset;
    private int _edge;
    private float _meters;
    private float _farthest;
    private Vector3 _farthestPlace;
    private Vector3 _meanOffset;
    private (float SumMeters, int Count) _offsets;
    private Vector3 _place;
    private float _expectedPerMs;
    private (Passage At, float Meters) _nearest;
    private float _best;
    private float _bestMeters;
    private int _bestEdge;
    private Vector3 _bestAside;

    private LineWalk(SegmentLine line, TrackChain chain, Vector3 offset)
    {
        _line = line;
        _chain = chain;
        _offset = offset;
        _nearest = (default, float.MaxValue);
    }

    /// <param name="offset">From the line's origin to the chain's.</param>
    /// <returns>Where the end is passed; <c>null</c>: the track does not follow the line to its end.</returns>
    public static Passage? Follow(SegmentLine line, TrackChain chain, Vector3 offset, Passage start) =>
        new LineWalk(line, chain, offset).Follow(start);

    private Passage? Follow(Passage start)
    {
        var positions = _chain.Positions;
        _place = Vector3.Lerp(positions[start.Leg], positions[start.Leg + 1], start.Part) + _offset;
        _farthestPlace = _place;
        var startMs = _chain.At(start);
        var (from, fromPart, fromMs) = (_place, start.Part, startMs);
        for (var leg = start.Leg; leg < positions.Length - 1; leg++)
        {
            var to = positions[leg + 1] + _offset;
            var toMs = _chain.AtMs[leg + 1];
            var chord = Vector3.Distance(_place, to);
            var reach = Reach(chord, toMs - fromMs);
            if (_line.LengthMeters - _meters <= reach && Ends(leg, from, to, fromPart) is { } end)
            {
                return end;
            }

            if (chord >= StepMeters || leg == positions.Length - 2)
            {
                if (!Advance(to, chord, reach))
                {
                    break;
                }

                _expectedPerMs = _meters / Math.Max(LeastMeasuredMs, toMs - startMs);
                fromMs = toMs;
            }

            (from, fromPart) = (to, 0);
        }

        return _nearest.Meters < float.MaxValue ? _nearest.At : null;
    }

    // How far along the line the next point can lie.
    private readonly float Reach(float chord, long ms)
    {
        var byChord = NoiseMeters + (WayPerChord * chord);
        var bySpeed = WayPerExpected * _expectedPerMs * Math.Min(ms, LongestHairpinMs);
        var unseen = Math.Max(LeastUnseenMeters, MostUnseenPart * _line.LengthMeters);
        return Math.Min(Math.Max(byChord, bySpeed), unseen);
    }

    // Who turns or stops a few metres before the end has been there too: then the nearest place is the end.
    private Passage? Ends(int leg, Vector3 from, Vector3 to, float firstPart)
    {
        var (part, meters) = _line.EndGate.Nearest(from, to);
        if (!_line.EndGate.IsPassed(from, to, meters)
            || _offsets.SumMeters > MostUsualOffsetMeters * _offsets.Count)
        {
            return null;
        }

        if (_line.EndGate.Crossing(from, to) is { } crossing)
        {
            return new Passage(leg, firstPart + (crossing * (1 - firstPart)));
        }

        if (meters < _nearest.Meters)
        {
            _nearest = (new Passage(leg, firstPart + (part * (1 - firstPart))), meters);
        }

        return null;
    }

    private bool Advance(Vector3 to, float chord, float reach)
    {
        var first = _meters - chord - (NoiseMeters / 2);
        while (_edge > 0 && _line.MetersTo[_edge] > first)
        {
            _edge--;
        }

        // Who turned where the line does, and was taken for going back on it, is forgiven on the way.
        var sinceFarthest = Vector3.Distance(_farthestPlace, to);
        var last = Math.Max(_meters + reach, _farthest + NoiseMeters + (WayPerChord * sinceFarthest));
        // Nearly always the point lies where it is expected; then nothing else is looked at.
        var expected = _edge;
        while (expected < _line.Points.Length - 2 && _line.MetersTo[expected + 1] < _meters + chord)
        {
            expected++;
        }

        _best = float.MaxValue;
        Try(expected, to, first, last, chord, sinceFarthest);
        for (var edge = _edge; _best > GoodCost && edge < _line.Points.Length - 1 && _line.MetersTo[edge] <= last;
            edge++)
        {
            Try(edge, to, first, last, chord, sinceFarthest);
        }

        var weight = Math.Min(MostWeight, chord / (chord + MeanOverMeters));
        _offsets = (_offsets.SumMeters + _bestAside.Length(), _offsets.Count + 1);
        _meanOffset = Vector3.Lerp(_meanOffset, _bestAside, weight);
        (_meters, _edge, _place) = (_bestMeters, _bestEdge, to);
        if (_meters >= _farthest)
        {
            (_farthest, _farthestPlace) = (_meters, to);
        }

        return _meanOffset.Length() <= MostMeanOffsetMeters
            && _bestAside.Length() <= MostOffsetMeters
            && _farthest - _meters <= MostTurnedBackMeters;
    }

    private void Try(int edge, Vector3 to, float first, float last, float chord, float sinceFarthest)
    {
        var a = _line.Points[edge];
        var along = _line.Points[edge + 1] - a;
        var begin = _line.MetersTo[edge];
        var length = _line.MetersTo[edge + 1] - begin;
        var firstPart = Math.Clamp((first - begin) / length, 0, 1);
        var lastPart = Math.Min(1, (last - begin) / length);
        var part = Math.Clamp(
            Vector3.Dot(to - a, along) / (length * length), firstPart, Math.Max(firstPart, lastPart));
        var aside = to - (a + (part * along));
        var meters = begin + (part * length);
        var unexpected = Math.Min(Math.Abs(meters - _meters - chord), Math.Abs(meters - _farthest - sinceFarthest));
        var cost = aside.LengthSquared() + (AlongWeight * unexpected * unexpected);
        if (cost < _best)
        {
            (_best, _bestMeters, _bestEdge, _bestAside) = (cost, meters, edge, aside);
        }
    }
}
