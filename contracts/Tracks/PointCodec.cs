using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Strava.Contracts.Tracks;

/// <summary>
/// The compact, lossless form of points, about 2 bytes a point for time and position of a ride at 2 s.
/// <para>
/// Version 3, what is written: [0] 3. [1..] the range-coded walk of <see cref="PointSequence{TCoder}"/>, closed by what
/// its decoder checks: every cut is refused, and nearly every change.
/// </para>
/// <para>
/// Versions 1 and 2 (with speed), read for ever: [0] 1 or 2. [1] how the body is stored: 0 as it is, 1 raw deflate (RFC
/// 1951). [2..] the body. Body, also what <see cref="ContentHash"/> is taken of: varint number of points; then the
/// columns time, latitude, longitude, elevation, accuracy, heart rate, cadence, power, temperature and, when a point
/// has one, speed. Varints are LEB128, signed ones zigzag. Every column but latitude and longitude begins with a mode
/// byte: 0 no point has it, 1 every point has it, 2 a bitmap follows (one bit a point, lowest bit first, padded with
/// zeros). Then a varint for each value that is there: time, latitude and longitude the difference of differences (time
/// modulo 2^64), the channels the difference from the value before; what goes before the first is 0.
/// </para>
/// </summary>
public static class PointCodec
{
    /// <summary>Most points in one piece: 55 hours at 1 Hz.</summary>
    public const int MaxPoints = 200_000;

    private const byte Columns = 1;
    private const byte ColumnsWithSpeed = 2;
    private const byte Sequence = 3;
    private const byte Stored = 0;
    private const byte Deflated = 1;
    private const int HeaderBytes = 2;

    // The largest body there can be: 10 bytes of time, 5 for each other column, a bitmap for each of eight columns.
    private const int MaxBodyBytes = 16 + (MaxPoints * (10 + (9 * 5))) + (8 * (1 + (MaxPoints / 8)));

    /// <summary>Encodes points at the grain of <see cref="TrackPoint"/>. Cost: some 20 coded bits a point.</summary>
    /// <exception cref="ArgumentException">More than <see cref="MaxPoints"/>, or a position off the globe.</exception>
    public static byte[] Encode(ReadOnlySpan<TrackPoint> points)
    {
        PointColumns.Check(points);
        var coder = new RangeEncoder(16 + (points.Length * 3));
        new PointSequence<BitWriter>(new BitWriter(coder)).Code(points, SequenceHints.Of(points));
        return [Sequence, .. coder.End()];
    }

    /// <summary>
    /// Decodes points. Safe on bytes from anywhere: memory is bounded by <see cref="MaxPoints"/> and by what the input
    /// holds.
    /// </summary>
    /// <exception cref="PointCodecException">The bytes are no encoded points; nothing else is thrown.</exception>
    public static TrackPoint[] Decode(ReadOnlySpan<byte> encoded)
    {
        if (encoded.Length < HeaderBytes)
        {
            throw new PointCodecException("These bytes are too few to be points.");
        }

        return encoded[0] switch
        {
            Sequence => DecodeSequence(encoded[1..]),
            Columns or ColumnsWithSpeed => PointColumns.Read(Body(encoded), hasSpeed: encoded[0] == ColumnsWithSpeed),
            var version => throw new PointCodecException($"Version {version} of the point codec is unknown."),
        };
    }

    /// <summary>
    /// SHA-256 over the body of versions 1 and 2, so that it is the same on every machine and in every version.
    /// </summary>
    /// <returns>32 bytes.</returns>
    /// <exception cref="ArgumentException">More than <see cref="MaxPoints"/>, or a position off the globe.</exception>
    public static byte[] ContentHash(ReadOnlySpan<TrackPoint> points) => SHA256.HashData(PointColumns.Write(points));

    private static TrackPoint[] DecodeSequence(ReadOnlySpan<byte> encoded)
    {
        var coder = new RangeDecoder(encoded.ToArray());
        var points = new PointSequence<BitReader>(new BitReader(coder)).Code([], default);
        coder.End();
        return points;
    }

    private static ReadOnlySpan<byte> Body(ReadOnlySpan<byte> encoded) => encoded[1] switch
    {
        Stored => encoded[HeaderBytes..],
        Deflated => Inflate(encoded[HeaderBytes..]),
        var storage => throw new PointCodecException($"Storage {storage} is unknown."),
    };

    private static ReadOnlySpan<byte> Inflate(ReadOnlySpan<byte> compressed)
    {
        using var deflate = new DeflateStream(new MemoryStream(compressed.ToArray()), CompressionMode.Decompress);
        var body = new ArrayBufferWriter<byte>(Math.Max(256, compressed.Length));
        try
        {
            while (deflate.Read(body.GetSpan(4_096)) is > 0 and var count)
            {
                body.Advance(count);
                if (body.WrittenCount > MaxBodyBytes)
                {
                    throw new PointCodecException($"The body inflates to more than {MaxBodyBytes} bytes.");
                }
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            throw new PointCodecException("The body is no raw deflate stream.", exception);
        }

        return body.WrittenSpan;
    }
}
