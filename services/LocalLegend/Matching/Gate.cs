using System.Numerics;

namespace Strava.LocalLegends.Matching;

/// <summary>A place of a track: on the leg from one point to the next, 0 at the one and 1 at the other.</summary>
internal readonly record struct Passage(int Leg, float Part);

/// <summary>One end of a segment: who passes goes through the plane that stands upright on the line there.</summary>
internal readonly record struct Gate(Vector3 Place, Vector3 Direction)
{
    /// <summary>No leg that passes lies farther away.</summary>
    public const float WidestMeters = 80;

    /// <summary>Who turns or stops so near, and does not go through, has been there.</summary>
    public const float TurnMeters = 25;

    private const float HalfWidthMeters = 35;

    // Segments begin and end at crossings; who turns there between two points cuts the corner. Around a right angle the
    // way is at most 1.41 times its chord.
    private const float CornerPerMeter = 0.45f;
    private const float LongestCornerMeters = 150;

    // Of the corner that is 1.45 times as long as its chord: half of the root of 1.45^2 - 1.
    private const float MostAsidePerMeter = 0.53f;

    /// <summary>No leg up to such a length passes farther away.</summary>
    public static float ReachMeters(float longestLeg) =>
        Math.Clamp(MostAsidePerMeter * longestLeg, HalfWidthMeters, WidestMeters);

    /// <summary>Whether who made the leg can have been here.</summary>
    public bool IsPassed(Vector3 from, Vector3 to, float nearestMeters)
    {
        var isAcross = Crossing(from, to) is not null;
        if (nearestMeters <= (isAcross ? HalfWidthMeters : TurnMeters))
        {
            return true;
        }

        if (nearestMeters > WidestMeters)
        {
            return false;
        }

        var chord = Vector3.Distance(from, to);
        var around = Vector3.Distance(from, Place) + Vector3.Distance(Place, to);
        return around - chord <= CornerPerMeter * Math.Min(chord, LongestCornerMeters);
    }

    /// <summary>Nearest place of a leg, whatever the direction.</summary>
    public (float Part, float Meters) Nearest(Vector3 from, Vector3 to)
    {
        var leg = to - from;
        var squared = leg.LengthSquared();
        var part = squared > 0 ? Math.Clamp(Vector3.Dot(Place - from, leg) / squared, 0, 1) : 0;
        return (part, Vector3.Distance(Place, from + (part * leg)));
    }

    /// <returns>Where the leg goes through in the line's direction; <c>null</c>: it does not.</returns>
    public float? Crossing(Vector3 from, Vector3 to)
    {
        float before = Vector3.Dot(from - Place, Direction), after = Vector3.Dot(to - Place, Direction);
        return before < 0 && after >= 0 ? before / (before - after) : null;
    }
}
