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

    private readonly EarthPosition[] _earth;
    private readonly GeoPoint[] _places;

    private TrackChain(List<(TrackPoint Point, EarthPosition Earth)> points)
    {
        _earth = [.. points.Select(point => point.Earth)];
        _places = [.. points.Select(point => point.Point.Position)];
        AtMs = [.. points.Select(point => point.Point.AtMs!.Value)];
        Positions = Array.ConvertAll(_earth, earth => earth.From(Origin));
    }

    public EarthPosition Origin => _earth[0];

    /// <summary>Metres from <see cref="Origin"/>; at least two.</summary>
    public Vector3[] Positions { get; }

    /// <summary>Strictly ascending.</summary>
    public long[] AtMs { get; }

    /// <summary>O(points).</summary>
    public static List<TrackChain> Cut(Sport sport, ReadOnlySpan<TrackPoint> points)
    {
        var metersPerMs = SportRules.Of(sport).MaxLegMillimetersPerSecond / 1_000_000.0;
        var good = new List<(TrackPoint Point, EarthPosition Earth)>(points.Length);
        foreach (ref readonly var point in points)
        {
            if (point.AtMs is >= 0 and <= LatestAtMs && !point.IsNullIsland
                && !(point.AccuracyCm > TrackStatistics.WorstAccuracyCm))
            {
                good.Add((point, EarthPosition.Of(point.Position)));
            }
        }

        var chains = new List<TrackChain>();
        var chain = new List<(TrackPoint Point, EarthPosition Earth)>(good.Count);
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

    /// <summary>The cells that a point lies in, or a place between two points, with places at most a step apart; in
    /// order, each with the legs from the one that comes into it to the one that leaves it. O(points).</summary>
    public List<CellVisit> Visits(CellGrid grid, double stepMeters)
    {
        var visits = new List<CellVisit> { new(grid.Of(_places[0]), 0, 0) };
        for (var leg = 0; leg < _places.Length - 1; leg++)
        {
            var steps = (int)(Vector3.Distance(Positions[leg], Positions[leg + 1]) / stepMeters) + 1;
            for (var step = 1; step <= steps; step++)
            {
                var place = step == steps
                    ? _places[leg + 1]
                    : _earth[leg].Toward(_earth[leg + 1], (double)step / steps);
                var cell = grid.Of(place);
                visits[^1] = visits[^1] with { ToLeg = leg };
                if (cell != visits[^1].Cell)
                {
                    visits.Add(new CellVisit(cell, leg, leg));
                }
            }
        }

        return visits;
    }

    private static bool IsLeg(
        (TrackPoint Point, EarthPosition Earth) from, (TrackPoint Point, EarthPosition Earth) to, double metersPerMs)
    {
        var ms = to.Point.AtMs!.Value - from.Point.AtMs!.Value;
        var meters = from.Earth.DistanceTo(to.Earth);
        return ms > 0 && ms <= int.MaxValue && meters <= LongestLegMeters
            && meters <= (ms * metersPerMs) + NoiseMeters;
    }

    private static void Close(List<(TrackPoint Point, EarthPosition Earth)> chain, List<TrackChain> chains)
    {
        if (chain.Count > 1)
        {
            chains.Add(new TrackChain(chain));
        }

        chain.Clear();
    }
}

internal readonly record struct CellVisit(long Cell, int FromLeg, int ToLeg);
