using System.IO.Compression;
using System.Text;
using Strava.Contracts.Geo;
using Strava.Contracts.Tracks;
using Strava.Fuzz.Mutation;
using Strava.Fuzz.Running;

namespace Strava.Fuzz.Targets;

/// <summary>
/// Point codec and polyline. The first byte says what: points of a random seed that must come back as they were, bytes
/// from anywhere that must be decoded or refused, or a polyline from anywhere.
/// </summary>
internal sealed class CodecTarget : FuzzTarget
{
    private const int Points = 0;
    private const int Encoded = 1;
    private const int Line = 2;

    public override string Name => "codec";

    /// <summary>
    /// 200,000 points may come out of a few bytes: that is what deflate is for, and the codec's own bound.
    /// </summary>
    public override long MostBytes(int inputBytes) => 160_000_000 + (100L * inputBytes);

    public override byte[] Make(Random random) => random.Next(8) switch
    {
        0 or 1 => [Points, .. BitConverter.GetBytes(random.Next())],
        2 => [Line, .. Bytes.Damage(Encoding.ASCII.GetBytes(Polyline.Encode(Way(random).Select(point => point.Position))), random)],
        3 => [Encoded, .. Bytes.Damage(PointCodec.Encode(Tracks.Anything(random)), random)],
        4 => [Encoded, Version(random), 1, .. Bytes.Any(random, random.Next(60))],
        5 when random.OneIn(100) => [Encoded, 1, 1, .. Deflated(new byte[random.Next(20_000_000)])],
        5 => [Encoded, Version(random), 1, .. Deflated(Bytes.Damage(PointColumns.Write(Tracks.Anything(random)), random))],
        6 => [Encoded, Version(random), 0, .. Bytes.Damage(PointColumns.Write(Way(random)), random)],
        _ => [Encoded, Version(random), 0, .. Bytes.Any(random, random.Next(60))],
    };

    public override void Read(byte[] input)
    {
        switch (input[0])
        {
            case Points:
                var points = Tracks.Anything(new Random(BitConverter.ToInt32(input, 1)));
                CheckSame(points, PointCodec.Decode(PointCodec.Encode(points)));
                break;
            case Encoded:
                ReadEncoded(input.AsSpan(1));
                break;
            default:
                ReadLine(Encoding.Latin1.GetString(input, 1, input.Length - 1));
                break;
        }
    }

    private static void ReadEncoded(ReadOnlySpan<byte> encoded)
    {
        try
        {
            var points = PointCodec.Decode(encoded);
            CheckSame(points, PointCodec.Decode(PointCodec.Encode(points)));
        }
        catch (PointCodecException)
        {
            // The documented refusal.
        }
    }

    private static void ReadLine(string line)
    {
        try
        {
            var points = Polyline.Decode(line);
            BrokenPropertyException.Unless(
                Polyline.Decode(Polyline.Encode(points)).AsSpan().SequenceEqual(points), "The polyline differs.");
        }
        catch (FormatException)
        {
            // The documented refusal.
        }
    }

    private static byte Version(Random random) => (byte)random.Next(1, 3);

    private static void CheckSame(TrackPoint[] points, TrackPoint[] again) =>
        BrokenPropertyException.Unless(again.AsSpan().SequenceEqual(points), "The points differ.");

    private static TrackPoint[] Way(Random random) => Tracks.Way(random, random.Next(60), isTimed: random.OneIn(2));

    private static byte[] Deflated(byte[] body)
    {
        using var output = new MemoryStream();
        using (var deflate = new DeflateStream(output, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflate.Write(body);
        }

        return output.ToArray();
    }
}
