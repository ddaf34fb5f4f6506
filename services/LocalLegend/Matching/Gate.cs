using System.Numerics;

namespace Strava.LocalLegends.Matching;

/// <summary>A place of a track: on the leg from one point to the next, 0 at the one and 1 at the other.</summary>
internal readonly record struct Passage(int Leg, float Part);

/// <summary>One end of a segment: who passes goes through the plane that stands upright on the line there.</summary>
internal readonly record struct Gate(Vector3 Place, Vector3 Direction)
{
    /// <summary>No leg that passes lies farther away.</summary>
    public const float WidestMeters = HalfWidthMeters + WidestCutMeters;

    private const float HalfWidthMeters = 25;

    // Segments begin and end at crossings; who turns there between two points cuts the corner by up to half the leg.
    private const float CutPerMeter = 0.35f;
    private const float WidestCutMeters = 35;

    public static float ReachMeters(float legMeters) =>
        HalfWidthMeters + Math.Min(CutPerMeter * legMeters, WidestCutMeters);

    /// <summary>Nearest place of a leg, whatever the direction.</summary>
    public (float Part, float Meters) Nearest(Vector3 from, Vector3 to)
    {
        var leg = to - from;
        var squared = leg.LengthSquared();
        var part = squared > 0 ? Math.Clamp(Vector3.Dot(Place - from, leg) / squared, 0, 1) : 0;
        return (part, Vector3.Distance(Place, from + (part * leg)));
    }

    /// <returns>Where the leg goes through in the line's direction, near enough; <c>null</c>: it does not.</returns>
    public float? Crossing(Vector3 from, Vector3 to)
    {
        float before = Vector3.Dot(from - Place, Direction), after = Vector3.Dot(to - Place, Direction);
        if (before >= 0 || after < 0)
        {
            return null;
        }

        var part = before / (before - after);
        var leg = to - from;
        return Vector3.Distance(Place, from + (part * leg)) <= ReachMeters(leg.Length()) ? part : null;
    }
}
