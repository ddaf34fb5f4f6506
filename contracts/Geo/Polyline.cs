using System.Text;

namespace Strava.Contracts.Geo;

/// <summary>
/// Google's encoded polyline at 1e-5 degree (1.1 m): for showing a route, never for computing on it.
/// Source: developers.google.com/maps/documentation/utilities/polylinealgorithm.
/// </summary>
public static class Polyline
{
    // A coordinate at 1e-5 degree is below 2^25, a difference of two below 2^26, its zigzag below 2^27: six groups of
    // five bits.
    private const int MaxGroups = 6;
    private const int FirstCharacter = 63;
    private const int UnitsE6PerStep = 10;

    /// <summary>Encodes points; each coordinate is rounded to 1e-5 degree, halves away from zero.</summary>
    /// <returns>Printable ASCII (63 to 126); empty for no points.</returns>
    public static string Encode(ReadOnlySpan<GeoPoint> points)
    {
        var text = new StringBuilder(points.Length * 6);
        var previous = default(GeoPoint);
        foreach (var point in points)
        {
            previous = Append(text, previous, point);
        }

        return text.ToString();
    }

    /// <inheritdoc cref="Encode(ReadOnlySpan{GeoPoint})"/>
    public static string Encode(IEnumerable<GeoPoint> points)
    {
        ArgumentNullException.ThrowIfNull(points);
        var text = new StringBuilder();
        var previous = default(GeoPoint);
        foreach (var point in points)
        {
            previous = Append(text, previous, point);
        }

        return text.ToString();
    }

    /// <summary>Decodes a polyline; the points lie on the 1e-5 degree grid.</summary>
    /// <exception cref="FormatException">A foreign character, a cut-off end, or a position off the globe.</exception>
    public static GeoPoint[] Decode(string encoded)
    {
        ArgumentNullException.ThrowIfNull(encoded);
        var points = new List<GeoPoint>(encoded.Length / 4);
        long latitude = 0, longitude = 0;
        for (var index = 0; index < encoded.Length;)
        {
            latitude += ReadDifference(encoded, ref index);
            longitude += ReadDifference(encoded, ref index);
            if (Math.Abs(latitude) > 90_00000 || Math.Abs(longitude) > 180_00000)
            {
                throw new FormatException($"The polyline leaves the globe at character {index}.");
            }

            points.Add(new GeoPoint((int)latitude * UnitsE6PerStep, (int)longitude * UnitsE6PerStep));
        }

        return [.. points];
    }

    // Takes and gives back the rounded position: differences of rounded values do not drift.
    private static GeoPoint Append(StringBuilder text, GeoPoint previousStep, GeoPoint point)
    {
        var step = new GeoPoint(ToStep(point.LatitudeE6), ToStep(point.LongitudeE6));
        AppendDifference(text, step.LatitudeE6 - previousStep.LatitudeE6);
        AppendDifference(text, step.LongitudeE6 - previousStep.LongitudeE6);
        return step;
    }

    private static int ToStep(int unitsE6) => (unitsE6 + (Math.Sign(unitsE6) * UnitsE6PerStep / 2)) / UnitsE6PerStep;

    private static void AppendDifference(StringBuilder text, int difference)
    {
        var rest = (uint)((difference << 1) ^ (difference >> 31));
        while (rest >= 0x20)
        {
            text.Append((char)((0x20 | (rest & 0x1f)) + FirstCharacter));
            rest >>= 5;
        }

        text.Append((char)(rest + FirstCharacter));
    }

    private static long ReadDifference(string encoded, ref int index)
    {
        ulong zigzag = 0;
        for (var group = 0; group < MaxGroups; group++)
        {
            if (index == encoded.Length)
            {
                throw new FormatException("The polyline ends in the middle of a position.");
            }

            var bits = encoded[index++] - FirstCharacter;
            if (bits is < 0 or > 0x3f)
            {
                throw new FormatException($"Character {index - 1} does not belong to a polyline.");
            }

            zigzag |= (ulong)(bits & 0x1f) << (5 * group);
            if (bits < 0x20)
            {
                return (long)(zigzag >> 1) ^ -(long)(zigzag & 1);
            }
        }

        throw new FormatException($"The number that ends at character {index - 1} is too long.");
    }
}
