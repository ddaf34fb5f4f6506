using System.Numerics;
using Strava.Contracts.Geo;
using Strava.Contracts.Sports;
using Strava.Contracts.Tracks;

namespace Strava.LocalLegends.Matching;

/// <summary>
/// Points of a track that someone can have gone through one after the other, in order of time. What the domain does not
/// count is not here (no time, null island, worse than 50 m), and no leg of it is a jump.
/// </summary>
internal sealed class TrackChain
{
    // Two fixes of one place may lie so far apart: at 1 Hz and 5 m of noise every fifth leg of a run is faster than
    // anybody runs.
    private const double NoiseMeters = 50;

    // A tunnel; beyond that nobody knows what way was taken.
    private const double LongestLegMeters = 2_000;

    // A wild point is left out when one of the next goes on from where the last good one was.
    private const int WildPointsInARow = 5;

    // What a DateTimeOffset holds.
    private const long LatestAtMs = 253_402_300_799_999;

    // So many points at once are looked up in the index.
    private const float HandfulMeters = 25;

    private readonly EarthPosition[] _earth;
    private readonly GeoPoint[] _places;

    private TrackChain(List<Fix> points)
    {
        _earth = [.. points.Select(point => point.Earth)];
        _places = [.. points.Select(point => point.Place)];
        AtMs = [.. points.Select(point => point.AtMs)];
        Positions = Array.ConvertAll(_earth, earth => earth.From(Origin));
        MetersTo = new float[Positions.Length];
        for (var leg = 0; leg < Positions.Length - 1; leg++)
        {
            var meters = Vector3.Distance(Positions[leg], Positions[leg + 1]);
            MetersTo[leg + 1] = MetersTo[leg] + meters;
            LongestLeg = Math.Max(LongestLeg, meters);
        }
    }

    /// <summary>The recording begins with it.</summary>
    public bool IsFirst { get; private init; }

    public EarthPosition Origin => _earth[0];

    /// <summary>Metres from <see cref="Origin"/>; at least two.</summary>
    public Vector3[] Positions { get; }

    /// <summary>Strictly ascending.</summary>
    public long[] AtMs { get; }

    /// <summary>The way up to each point.</summary>
    public float[] MetersTo { get; }

    public float LongestLeg { get; }

    /// <summary>O(points).</summary>
    public static List<TrackChain> Cut(Sport sport, ReadOnlySpan<TrackPoint> points)
    {
        var metersPerMs = SportRules.Of(sport).MaxLegMillimetersPerSecond / 1_000_000.0;
        var good = new List<Fix>(points.Length);
        foreach (ref readonly var point in points)
        {
            if (point.AtMs is >= 0 and <= LatestAtMs && !point.IsNullIsland
                && !(point.AccuracyCm > TrackStatistics.WorstAccuracyCm))
            {
                good.Add(new Fix(point.AtMs.Value, point.Position, EarthPosition.Of(point.Position)));
            }
        }

        var chains = new List<TrackChain>();
        var chain = new List<Fix>(good.Count);
        for (var index = 0; index < good.Count; index++)
        {
            if (chain.Count == 0 || IsLeg(chain[^1], good[index], metersPerMs))
            {
                chain.Add(good[index]);
                continue;
            }

            var isWild = false;
            for (var next = index + 1; next <= index + WildPointsInARow && next < good.Count && !isWild; next++)
            {
                isWild = IsLeg(chain[^1], good[next], metersPerMs);
            }

            if (!isWild)
            {
                Close(chain, chains);
                chain.Add(good[index]);
            }
        }

        Close(chain, chains);
        return chains;
    }

    public long At(Passage passage)
    {
        var (from, to) = (AtMs[passage.Leg], AtMs[passage.Leg + 1]);
        return from + (long)Math.Round((double)passage.Part * (to - from));
    }

    /// <summary>Cells that hold every place so near to the track; each as often as the track comes there, with the legs
    /// from the first near it to the last. O(points), and the cells around each handful of them.</summary>
    public List<CellVisit> CellsWithin(CellGrid grid, double reachMeters)
    {
        var visits = new List<CellVisit>();
        var around = new HashSet<long>();
        var (open, lastOpen) = (new List<int>(), new List<int>());
        for (var leg = 0; leg < Positions.Length - 1;)
        {
            var toLeg = leg;
            while (toLeg + 2 < Positions.Length && IsNear(leg, toLeg + 1) && IsNear(leg, toLeg + 2))
            {
                toLeg++;
            }

            around.Clear();
            foreach (var place in toLeg == leg ? PlacesOf(leg, 2 * HandfulMeters) : [_places[leg]])
            {
                grid.AddAround(place, HandfulMeters + reachMeters, around);
            }

            open.Clear();
            foreach (var cell in around)
            {
                var at = lastOpen.FindIndex(visit => visits[visit].Cell == cell);
                open.Add(at >= 0 ? lastOpen[at] : visits.Count);
                if (at < 0)
                {
                    visits.Add(new CellVisit(cell, leg, toLeg));
                }
                else
                {
                    visits[open[^1]] = visits[open[^1]] with { ToLeg = toLeg };
                }
            }

            (open, lastOpen) = (lastOpen, open);
            leg = toLeg + 1;
        }

        return visits;
    }

    /// <summary>The points, and places between them so that none is farther from the next than a step.</summary>
    public IEnumerable<GeoPoint> Places(double stepMeters) =>
        Enumerable.Range(0, Positions.Length - 1).SelectMany(leg => PlacesOf(leg, stepMeters));

    private bool IsNear(int one, int other) =>
        Vector3.DistanceSquared(Positions[one], Positions[other]) <= HandfulMeters * HandfulMeters;

    private IEnumerable<GeoPoint> PlacesOf(int leg, double stepMeters)
    {
        yield return _places[leg];
        var steps = (int)((MetersTo[leg + 1] - MetersTo[leg]) / stepMeters) + 1;
        for (var step = 1; step < steps; step++)
        {
            yield return _earth[leg].Toward(_earth[leg + 1], (double)step / steps);
        }

        yield return _places[leg + 1];
    }

    private static bool IsLeg(
        Fix from, Fix to, double metersPerMs)
    {
        var ms = to.AtMs - from.AtMs;
        var meters = from.Earth.DistanceTo(to.Earth);
        return ms > 0 && ms <= int.MaxValue && meters <= LongestLegMeters
            && meters <= (ms * metersPerMs) + NoiseMeters;
    }

    private static void Close(List<Fix> chain, List<TrackChain> chains)
    {
        if (chain.Count > 1)
        {
            chains.Add(new TrackChain(chain) { IsFirst = chains.Count == 0 });
        }

        chain.Clear();
    }
}

internal readonly record struct CellVisit(long Cell, int FromLeg, int ToLeg) : IComparable<CellVisit>
{
    public int CompareTo(CellVisit other) =>
        Cell != other.Cell ? Cell.CompareTo(other.Cell) : FromLeg.CompareTo(other.FromLeg);
}

/// <summary>A point that counts.</summary>
internal readonly record struct Fix(long AtMs, GeoPoint Place, EarthPosition Earth);
