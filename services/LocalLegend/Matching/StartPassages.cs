using System.Numerics;

namespace Strava.LocalLegends.Matching;

/// <summary>
/// Where a track passes a segment's start. Legs in a row that come near are one passing: its last crossing in the
/// line's direction is the start (who waits there has not begun), without one the nearest place: who turns or begins
/// there need not have crossed.
/// </summary>
internal ref struct StartPassages(SegmentStart start, TrackChain chain)
{
    private const float RoundingMeters = 1;

    private readonly Vector3 _offset = chain.Origin.From(start.Place);
    private readonly float _reach = Gate.ReachMeters(chain.LongestLeg) + RoundingMeters;
    private List<Passage>? _passages;
    private int _scannedTo = -1;
    private int _lastNear = -2;
    private bool _hasCrossed;
    private float _nearestMeters;

    public readonly List<Passage>? All => _passages;

    /// <summary>Looks at legs; those of the next call begin no earlier, but may be the same again.</summary>
    public void Scan(int fromLeg, int toLeg)
    {
        var way = chain.MetersTo;
        for (var leg = Math.Max(fromLeg, _scannedTo + 1); leg <= toLeg;)
        {
            // The start is the line's origin, and nothing comes near before the way there is made.
            var from = chain.Positions[leg] + _offset;
            var nearAt = way[leg] + from.Length() - _reach;
            if (way[leg + 1] >= nearAt)
            {
                Look(leg, from, chain.Positions[leg + 1] + _offset);
                leg++;
                continue;
            }

            while (leg <= toLeg && way[leg + 1] < nearAt)
            {
                leg++;
            }
        }

        _scannedTo = Math.Max(_scannedTo, toLeg);
    }

    private void Look(int leg, Vector3 from, Vector3 to)
    {
        var gate = start.Line.StartGate;
        var (part, meters) = gate.Nearest(from, to);
        if (!gate.IsPassed(from, to, meters))
        {
            return;
        }

        if (_lastNear != leg - 1)
        {
            (_hasCrossed, _nearestMeters) = (false, float.MaxValue);
            (_passages ??= []).Add(default);
        }

        _lastNear = leg;
        if (gate.Crossing(from, to) is { } crossing)
        {
            _hasCrossed = true;
            _passages![^1] = new Passage(leg, crossing);
        }
        else if (!_hasCrossed && meters < _nearestMeters)
        {
            _nearestMeters = meters;
            _passages![^1] = new Passage(leg, part);
        }
    }
}
