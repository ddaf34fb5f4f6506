namespace Strava.Oracle;

/// <summary>
/// Counts how often a track goes along a line, step by step with a finger on the line: no index, no gates, no times.
/// Good for clean tracks, as end-to-end scenarios send them.
/// </summary>
internal static class NaiveEfforts
{
    private const double StepMeters = 5;
    private const double AtStartMeters = 12;
    private const double AsideMeters = 25;
    private const int StepsAhead = 12;
    private const int MostStepsAway = 12;
    private const double LongestLegMeters = 400;

    public static int Count(IReadOnlyList<StoredPoint> line, IReadOnlyList<StoredPoint> track)
    {
        var nodes = Steps(line, line[0], double.MaxValue);
        var (count, finger, away) = (0, -1, 0);
        foreach (var place in Steps([.. track.Where(point => point.AtMs is not null)], line[0], LongestLegMeters))
        {
            if (finger < 0 || finger < nodes.Count / 10)
            {
                if (Meters(place, nodes[0]) <= AtStartMeters)
                {
                    (finger, away) = (0, 0);
                    continue;
                }
            }

            if (finger < 0)
            {
                continue;
            }

            var next = Enumerable.Range(finger, Math.Min(StepsAhead, nodes.Count - finger)).MinBy(at => Meters(place, nodes[at]));
            (finger, away) = Meters(place, nodes[next]) <= AsideMeters ? (next, 0) : (finger, away + 1);
            if (finger == nodes.Count - 1)
            {
                count++;
                finger = -1;
            }
            else if (away > MostStepsAway)
            {
                finger = -1;
            }
        }

        return count;
    }

    private static double Meters((double East, double North) one, (double East, double North) other) =>
        double.Hypot(one.East - other.East, one.North - other.North);

    private static List<(double East, double North)> Steps(
        IReadOnlyList<StoredPoint> points, StoredPoint origin, double longestLeg)
    {
        const double MetersPerDegree = 111_195;
        var east = MetersPerDegree * Math.Cos(origin.LatitudeE6 / 1e6 * Math.PI / 180);
        var places = points.Select(point => (
            East: (point.LongitudeE6 - origin.LongitudeE6) / 1e6 * east,
            North: (point.LatitudeE6 - origin.LatitudeE6) / 1e6 * MetersPerDegree)).ToList();
        var steps = new List<(double East, double North)>();
        for (var i = 0; i + 1 < places.Count; i++)
        {
            var (from, to) = (places[i], places[i + 1]);
            var meters = Meters(from, to);
            var parts = meters > longestLeg ? 1 : (int)Math.Ceiling(meters / StepMeters);
            for (var part = 0; part < parts; part++)
            {
                steps.Add((from.East + ((to.East - from.East) * part / parts), from.North + ((to.North - from.North) * part / parts)));
            }
        }

        return places.Count == 0 ? steps : [.. steps, places[^1]];
    }
}
