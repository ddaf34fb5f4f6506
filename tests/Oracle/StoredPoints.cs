using System.IO.Compression;

namespace Strava.Oracle;

/// <summary>A point as it lies in a stream.</summary>
internal readonly record struct StoredPoint(long? AtMs, int LatitudeE6, int LongitudeE6, long? AccuracyCm)
{
    /// <summary>Where some points have no time: the number of its chunk. No leg leads from one chunk to the next.</summary>
    public int Part { get; init; }
}

/// <summary>
/// Reads the stored form of points by its description (columns of varints), not by the code that wrote it.
/// </summary>
internal static class StoredPoints
{
    /// <summary>Unnumbered single points are numbered by their time, which began long before this.</summary>
    private const long FirstTimeSequence = 1_000_000_000_000;

    /// <summary>
    /// Timed points: by chunk and then time; all by time as soon as a point came unnumbered; in the order of the file
    /// where some have no time. A repeat is dropped.
    /// </summary>
    public static List<StoredPoint> InOrder(Activity activity)
    {
        var chunks = activity.Chunks.SelectMany(Posts).OrderBy(chunk => chunk.Sequence).ToList();
        if (chunks.Exists(chunk => chunk.Points.Exists(point => point.AtMs is null)))
        {
            var seen = new HashSet<(long, int, int)>();
            return
            [
                .. from chunk in chunks.Select((chunk, part) => (chunk.Points, Part: part))
                   from point in chunk.Points
                   where point.AtMs is not { } at || seen.Add((at, point.LatitudeE6, point.LongitudeE6))
                   select point with { Part = chunk.Part },
            ];
        }

        var all = chunks.TrueForAll(chunk => chunk.Sequence < FirstTimeSequence)
            ? chunks.SelectMany(chunk => chunk.Points.OrderBy(point => point.AtMs))
            : chunks.SelectMany(chunk => chunk.Points).OrderBy(point => point.AtMs);
        return [.. all.DistinctBy(point => (point.AtMs, point.LatitudeE6, point.LongitudeE6))];
    }

    private static IEnumerable<(long Sequence, List<StoredPoint> Points)> Posts(
        (long Sequence, int Count, string Points, int[] Posts) chunk)
    {
        var points = Read(Convert.FromBase64String(chunk.Points));
        var taken = 0;
        for (var i = 0; i < chunk.Posts.Length; i++)
        {
            yield return (chunk.Sequence + i, points.GetRange(taken, chunk.Posts[i]));
            taken += chunk.Posts[i];
        }
    }

    public static List<StoredPoint> Read(byte[] bytes)
    {
        if (bytes[0] == 3)
        {
            return CodedWalk.Read(bytes);
        }

        var body = bytes[1] == 1 ? Inflate(bytes) : bytes[2..];
        var at = 0;
        var count = (int)Varint(body, ref at);
        var times = Column(body, ref at, count, isOptional: true, isSecondOrder: true);
        var latitudes = Column(body, ref at, count, isOptional: false, isSecondOrder: true);
        var longitudes = Column(body, ref at, count, isOptional: false, isSecondOrder: true);
        _ = Column(body, ref at, count, isOptional: true, isSecondOrder: false);
        var accuracies = Column(body, ref at, count, isOptional: true, isSecondOrder: false);
        return [.. Enumerable.Range(0, count)
            .Select(i => new StoredPoint(
                times[i], (int)latitudes[i]!.Value, (int)longitudes[i]!.Value, accuracies[i]))];
    }

    private static byte[] Inflate(byte[] bytes)
    {
        using var inflated = new MemoryStream();
        using var deflate = new DeflateStream(new MemoryStream(bytes, 2, bytes.Length - 2), CompressionMode.Decompress);
        deflate.CopyTo(inflated);
        return inflated.ToArray();
    }

    private static long?[] Column(byte[] body, ref int at, int count, bool isOptional, bool isSecondOrder)
    {
        var values = new long?[count];
        var mode = isOptional ? body[at++] : 1;
        if (mode == 0)
        {
            return values;
        }

        var bitmap = at;
        at += mode == 2 ? (count + 7) / 8 : 0;
        long value = 0, step = 0;
        for (var i = 0; i < count; i++)
        {
            if (mode == 2 && (body[bitmap + (i / 8)] >> (i % 8)) % 2 == 0)
            {
                continue;
            }

            var read = Varint(body, ref at);
            var signed = (long)(read / 2) * (read % 2 == 0 ? 1 : -1) - (read % 2 == 0 ? 0 : 1);
            step = isSecondOrder ? unchecked(step + signed) : signed;
            value = unchecked(value + step);
            values[i] = value;
        }

        return values;
    }

    private static ulong Varint(byte[] body, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var read = body[at++];
            value += (ulong)(read & 127) << shift;
            if (read < 128)
            {
                return value;
            }
        }
    }
}
