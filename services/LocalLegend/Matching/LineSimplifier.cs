using System.Numerics;

namespace Strava.LocalLegends.Matching;

/// <summary>
/// Leaves out points that lie on the way between others (Douglas and Peucker): a slice of a recording at 1 Hz has ten
/// times the points that its streets have bends. First and last stay.
/// </summary>
internal static class LineSimplifier
{
    public static Vector3[] Simplify(ReadOnlySpan<Vector3> points, float toleranceMeters)
    {
        var isKept = new bool[points.Length];
        isKept[0] = isKept[^1] = true;
        var open = new Stack<(int From, int To)>();
        open.Push((0, points.Length - 1));
        while (open.TryPop(out var piece))
        {
            var (farthest, meters) = Farthest(points, piece.From, piece.To);
            if (meters > toleranceMeters)
            {
                isKept[farthest] = true;
                open.Push((piece.From, farthest));
                open.Push((farthest, piece.To));
            }
        }

        var kept = new List<Vector3>();
        for (var index = 0; index < points.Length; index++)
        {
            if (isKept[index])
            {
                kept.Add(points[index]);
            }
        }

        return [.. kept];
    }

    private static (int Index, float Meters) Farthest(ReadOnlySpan<Vector3> points, int from, int to)
    {
        var chord = new Gate(default, default);
        var (farthest, most) = (from, 0f);
        for (var index = from + 1; index < to; index++)
        {
            var (_, meters) = (chord with { Place = points[index] }).Nearest(points[from], points[to]);
            if (meters > most)
            {
                (farthest, most) = (index, meters);
            }
        }

        return (farthest, most);
    }
}
