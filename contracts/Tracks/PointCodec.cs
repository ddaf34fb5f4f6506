using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Strava.Contracts.Tracks;

/// <summary>
/// The compact, lossless form of points, about 3 bytes a point for time and position of a ride at 2 s.
/// <para>
/// Bytes: [0] version: 1, or 2 when a point has a speed. [1] how the body is stored: 0 as it is, 1 raw deflate (RFC 1951). [2..] the body.
/// Body: varint number of points; then the columns time, latitude, longitude, elevation, accuracy, heart rate, cadence,
/// power, temperature, and in version 2 speed. Varints are LEB128, signed ones zigzag. Every column but latitude and longitude begins with a
/// mode byte: 0 no point has it, 1 every point has it, 2 a bitmap follows (one bit a point, lowest bit first, padded
/// with zeros). Then a varint for each value that is there: time, latitude and longitude the difference of differences
/// (time modulo 2^64), the channels the difference from the value before; what goes before the first is 0.
/// </para>
/// </summary>
public static class PointCodec
{
    /// <summary>Most points in one piece: 55 hours at 1 Hz.</summary>
    public const int MaxPoints = 200_000;

    private const byte Plain = 1;
    private const byte WithSpeed = 2;
    private const byte Stored = 0;
    private const byte Deflated = 1;
    private const int HeaderBytes = 2;

    // The largest body there can be: 10 bytes of time, 5 for each other column, a bitmap for each of eight columns.
    private const int MaxBodyBytes = 16 + (MaxPoints * (10 + (9 * 5))) + (8 * (1 + (MaxPoints / 8)));

    /// <summary>Encodes points at the grain of <see cref="TrackPoint"/>, deflated when that is smaller.</summary>
    /// <exception cref="ArgumentException">More than <see cref="MaxPoints"/>, or a position off the globe.</exception>
    public static byte[] Encode(ReadOnlySpan<TrackPoint> points)
    {
        var body = PointColumns.Write(points);
        var version = PointColumns.HasSpeed(points) ? WithSpeed : Plain;
        using var output = new MemoryStream(HeaderBytes + body.Length);
        output.Write([version, Deflated]);
        using (var deflate = new DeflateStream(output, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            deflate.Write(body);
        }

        return output.Length < HeaderBytes + body.Length ? output.ToArray() : [version, Stored, .. body];
    }

    /// <summary>
    /// Decodes points. Safe on bytes from anywhere: memory is bounded by <see cref="MaxPoints"/> and by what the input
    /// holds.
    /// </summary>
    /// <exception cref="PointCodecException">The bytes are no encoded points; nothing else is thrown.</exception>
    public static TrackPoint[] Decode(ReadOnlySpan<byte> encoded)
    {
        if (encoded.Length < HeaderBytes || encoded[0] is not (Plain or WithSpeed))
        {
            throw new PointCodecException("These bytes are no points in version 1 or 2 of the point codec.");
        }

        var hasSpeed = encoded[0] == WithSpeed;

        return encoded[1] switch
        {
            Stored => PointColumns.Read(encoded[HeaderBytes..], hasSpeed),
            Deflated => PointColumns.Read(Inflate(encoded[HeaderBytes..]), hasSpeed),
            _ => throw new PointCodecException($"Storage {encoded[1]} is unknown."),
        };
    }

    /// <summary>
    /// SHA-256 over the body before compression, so that it is the same on every machine and with every compressor.
    /// </summary>
    /// <returns>32 bytes.</returns>
    /// <exception cref="ArgumentException">More than <see cref="MaxPoints"/>, or a position off the globe.</exception>
    public static byte[] ContentHash(ReadOnlySpan<TrackPoint> points) => SHA256.HashData(PointColumns.Write(points));

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
