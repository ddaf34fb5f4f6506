namespace Strava.Contracts.Tracks;

// The canonical body of PointCodec: one way only to write given points, so that its hash is their identity.
internal static class PointColumns
{
    private const byte Absent = 0;
    private const byte All = 1;
    private const byte Bitmap = 2;
    private const int Channels = 6;
    private const int ChannelsWithSpeed = 7;
    private const int MaxLatitudeE6 = 90_000_000;
    private const int MaxLongitudeE6 = 180_000_000;

    // Speed came later: without any the body, and so its hash, is the one of before.
    internal static bool HasSpeed(ReadOnlySpan<TrackPoint> points)
    {
        foreach (ref readonly var point in points)
        {
            if (point.SpeedMillimetersPerSecond is not null)
            {
                return true;
            }
        }

        return false;
    }

    /// <exception cref="ArgumentException">More than the codec takes, or a position off the globe.</exception>
    internal static void Check(ReadOnlySpan<TrackPoint> points)
    {
        if (points.Length > PointCodec.MaxPoints)
        {
            throw new ArgumentException(
                $"More than {PointCodec.MaxPoints} points: cut them into chunks.", nameof(points));
        }

        foreach (ref readonly var point in points)
        {
            OnGlobe(point.LatitudeE6, MaxLatitudeE6);
            OnGlobe(point.LongitudeE6, MaxLongitudeE6);
        }
    }

    internal static byte[] Write(ReadOnlySpan<TrackPoint> points)
    {
        Check(points);
        var values = new long?[points.Length];
        var writer = new ColumnWriter(16 + (points.Length * 6));
        writer.Varint((ulong)points.Length);
        for (var index = 0; index < points.Length; index++)
        {
            values[index] = points[index].AtMs;
        }

        WriteColumn(writer, values, isOptional: true, order: 2);
        for (var index = 0; index < points.Length; index++)
        {
            values[index] = OnGlobe(points[index].LatitudeE6, MaxLatitudeE6);
        }

        WriteColumn(writer, values, isOptional: false, order: 2);
        for (var index = 0; index < points.Length; index++)
        {
            values[index] = OnGlobe(points[index].LongitudeE6, MaxLongitudeE6);
        }

        WriteColumn(writer, values, isOptional: false, order: 2);
        var channels = HasSpeed(points) ? ChannelsWithSpeed : Channels;
        for (var channel = 0; channel < channels; channel++)
        {
            for (var index = 0; index < points.Length; index++)
            {
                values[index] = Channel(points[index], channel);
            }

            WriteColumn(writer, values, isOptional: true, order: 1);
        }

        return writer.ToArray();
    }

    internal static TrackPoint[] Read(ReadOnlySpan<byte> body, bool hasSpeed)
    {
        var reader = new ColumnReader(body);
        var declared = reader.Varint();

        // Latitude and longitude take a byte each at least: no more is allocated than the input can hold.
        if (declared > PointCodec.MaxPoints || declared * 2 > (ulong)body.Length)
        {
            throw new PointCodecException($"{declared} points cannot be in {body.Length} bytes.");
        }

        var count = (int)declared;
        var times = ReadColumn(ref reader, count, isOptional: true, order: 2);
        var latitudes = ReadColumn(ref reader, count, isOptional: false, order: 2);
        var longitudes = ReadColumn(ref reader, count, isOptional: false, order: 2);
        var channels = new long?[ChannelsWithSpeed][];
        channels[^1] = [];
        for (var channel = 0; channel < (hasSpeed ? ChannelsWithSpeed : Channels); channel++)
        {
            channels[channel] = ReadColumn(ref reader, count, isOptional: true, order: 1);
        }

        reader.End();
        var points = new TrackPoint[count];
        for (var index = 0; index < count; index++)
        {
            points[index] = new TrackPoint(
                times.Length == 0 ? null : times[index],
                Position(latitudes[index], MaxLatitudeE6),
                Position(longitudes[index], MaxLongitudeE6),
                Value(channels[0], index),
                Value(channels[1], index),
                Value(channels[2], index),
                Value(channels[3], index),
                Value(channels[4], index),
                Value(channels[5], index),
                Value(channels[6], index));
        }

        return points;
    }

    private static int? Channel(in TrackPoint point, int channel) => channel switch
    {
        0 => point.ElevationCm,
        1 => point.AccuracyCm,
        2 => point.HeartRate,
        3 => point.Cadence,
        4 => point.PowerWatts,
        5 => point.TemperatureC,
        _ => point.SpeedMillimetersPerSecond,
    };

    private static void WriteColumn(ColumnWriter writer, long?[] values, bool isOptional, int order)
    {
        var present = values.Count(value => value is not null);
        if (isOptional)
        {
            var mode = present == 0 ? Absent : present == values.Length ? All : Bitmap;
            writer.Byte(mode);
            if (mode == Bitmap)
            {
                writer.Bits(values);
            }
        }

        // Wrapping on purpose: differences modulo 2^64 lose nothing.
        long previous = 0, previousDifference = 0;
        foreach (var value in values)
        {
            if (value is { } there)
            {
                var difference = unchecked(there - previous);
                writer.Zigzag(unchecked(difference - previousDifference));
                previous = there;
                previousDifference = order == 2 ? difference : 0;
            }
        }
    }

    // An absent column is the empty array.
    private static long?[] ReadColumn(ref ColumnReader reader, int count, bool isOptional, int order)
    {
        var mode = isOptional ? reader.Byte() : All;
        if (mode == Absent || mode > Bitmap)
        {
            return mode == Absent ? [] : throw new PointCodecException($"Column mode {mode} is unknown.");
        }

        var bits = mode == Bitmap ? reader.Take((count + 7) / 8) : default;
        var values = new long?[count];
        long previous = 0, difference = 0;
        for (var index = 0; index < count; index++)
        {
            if (mode == All || (bits[index / 8] >> (index % 8) & 1) == 1)
            {
                difference = unchecked((order == 2 ? difference : 0) + reader.Zigzag());
                previous = unchecked(previous + difference);
                values[index] = previous;
            }
        }

        return values;
    }

    private static int OnGlobe(int unitsE6, int maxE6) => Math.Abs((long)unitsE6) <= maxE6
        ? unitsE6
        : throw new ArgumentException($"A coordinate of {unitsE6} E-6 degrees lies off the globe.", nameof(unitsE6));

    private static int Position(long? value, int maxE6) => value is { } unitsE6 && unitsE6 >= -maxE6 && unitsE6 <= maxE6
        ? (int)unitsE6
        : throw new PointCodecException("A position lies off the globe.");

    private static int? Value(long?[] column, int index) => (column.Length == 0 ? null : column[index]) switch
    {
        null => null,
        >= int.MinValue and <= int.MaxValue and var value => (int)value,
        _ => throw new PointCodecException("A channel's value is out of range."),
    };
}
