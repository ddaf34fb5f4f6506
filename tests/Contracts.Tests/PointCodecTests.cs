using System.IO.Compression;
using FsCheck.Fluent;
using Strava.Contracts.Tracks;

namespace Strava.Contracts.Tests;

public sealed class PointCodecTests
{
    [TestCaseSource(nameof(CodecVectors))]
    public void The_body_is_the_one_that_another_implementation_writes(CodecVector vector)
    {
        var points = vector.TrackPoints();
        var body = Convert.FromHexString(vector.Body);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Convert.ToHexStringLower(PointColumns.Write(points)), Is.EqualTo(vector.Body));
            Assert.That(Convert.ToHexStringLower(PointCodec.ContentHash(points)), Is.EqualTo(vector.Sha256));
            Assert.That(PointCodec.Decode([Version(points), 0, .. body]), Is.EqualTo(points));
        }
    }

    // Frozen when version 3 was made: what is stored in that form is read for ever, and written the same on every
    // machine.
    [TestCaseSource(nameof(CodecVectors))]
    public void Version_3_stays_as_it_was_frozen(CodecVector vector)
    {
        var points = vector.TrackPoints();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Convert.ToHexStringLower(PointCodec.Encode(points)), Is.EqualTo(vector.Version3));
            Assert.That(PointCodec.Decode(Convert.FromHexString(vector.Version3)), Is.EqualTo(points));
        }
    }

    [Test]
    public void Any_points_come_back_as_they_were() =>
        Properties.Check(Prop.ForAll(Any.Points.ToArbitrary(), points =>
            PointCodec.Decode(PointCodec.Encode(points)).AsSpan().SequenceEqual(points)));

    [Test]
    public void The_hash_is_that_of_the_points_however_they_were_stored() =>
        Properties.Check(Prop.ForAll(Any.Points.ToArbitrary(), points =>
        {
            var stored = PointCodec.Decode([Version(points), 0, .. PointColumns.Write(points)]);
            var deflated = PointCodec.Decode(PointCodec.Encode(points));
            return PointCodec.ContentHash(stored).AsSpan().SequenceEqual(PointCodec.ContentHash(deflated));
        }));

    [Test]
    public void Another_point_is_another_hash() =>
        Properties.Check(Prop.ForAll(Any.Points.Where(points => points.Length > 0).ToArbitrary(), points =>
        {
            TrackPoint[] changed = [.. points];
            changed[^1] = changed[^1] with { LatitudeE6 = changed[^1].LatitudeE6 == 0 ? 1 : 0 };
            return !PointCodec.ContentHash(points).AsSpan().SequenceEqual(PointCodec.ContentHash(changed));
        }));

    [Test]
    public void Random_bytes_are_decoded_or_refused_and_nothing_else() =>
        Properties.Check(Prop.ForAll(Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf().ToArbitrary(), bytes =>
            IsDecodedOrRefused(bytes) && IsDecodedOrRefused([1, 0, .. bytes]) && IsDecodedOrRefused([1, 1, .. bytes])
            && IsDecodedOrRefused([1, 0, 3, 1, .. bytes]) && IsDecodedOrRefused([3, .. bytes])), runs: 3_000);

    [Test]
    public void Damaged_bytes_are_decoded_or_refused_and_nothing_else() =>
        Properties.Check(Prop.ForAll(
            Any.Points.Zip(Gen.Choose(0, 10_000)).Zip(Gen.Choose(0, 255)).ToArbitrary(),
            damage =>
            {
                var ((points, where), value) = damage;
                var encoded = PointCodec.Encode(points);
                byte[] stored = [Version(points), 0, .. PointColumns.Write(points)];
                var cut = stored[..(where % stored.Length)];
                encoded[where % encoded.Length] = (byte)value;
                stored[where % stored.Length] = (byte)value;
                return IsDecodedOrRefused(encoded) && IsDecodedOrRefused(stored) && IsDecodedOrRefused(cut);
            }), runs: 2_000);

    [Test]
    public void A_cut_off_end_is_refused()
    {
        var points = SimulatedRide(100);
        byte[] stored = [Version(points), 0, .. PointColumns.Write(points)];
        var encoded = PointCodec.Encode(points);
        using (Assert.EnterMultipleScope())
        {
            for (var length = 0; length < encoded.Length; length++)
            {
                Assert.That(() => PointCodec.Decode(encoded.AsSpan(0, length)), Throws.TypeOf<PointCodecException>());
            }

            Assert.That(() => PointCodec.Decode([.. encoded, 0]), Throws.TypeOf<PointCodecException>());
            for (var length = 0; length < stored.Length; length++)
            {
                Assert.That(() => PointCodec.Decode(stored.AsSpan(0, length)), Throws.TypeOf<PointCodecException>());
            }
        }
    }

    [TestCase("", Description = "nothing")]
    [TestCase("0400", Description = "another version")]
    [TestCase("0200", Description = "no body")]
    [TestCase("010200", Description = "another storage")]
    [TestCase("0100ffffffff0f0000", Description = "four thousand million points in nothing")]
    [TestCase("0100c09a0c", Description = "200,000 points in nothing")]
    [TestCase("0100ffffffffffffffffffff01", Description = "a count that never ends")]
    [TestCase("010001030202000000000000", Description = "a mode that is none")]
    [TestCase("010000000000000000000000", Description = "bytes after the end")]
    public void What_is_no_track_is_refused(string hex) =>
        Assert.That(() => PointCodec.Decode(Convert.FromHexString(hex)), Throws.TypeOf<PointCodecException>());

    [Test]
    public void A_count_that_the_bytes_cannot_hold_allocates_nothing()
    {
        var claim = Convert.FromHexString("0100c09a0c0100000000");
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(() => PointCodec.Decode(claim), Throws.TypeOf<PointCodecException>());
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(100_000), "200,000 times take 3 MB");
    }

    [Test]
    public void A_deflate_bomb_is_refused_without_filling_memory()
    {
        using var bomb = new MemoryStream();
        bomb.Write([1, 1]);
        using (var deflate = new DeflateStream(bomb, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            for (var megabyte = 0; megabyte < 40; megabyte++)
            {
                deflate.Write(new byte[1 << 20]);
            }
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(() => PointCodec.Decode(bomb.ToArray()), Throws.TypeOf<PointCodecException>());
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(64 << 20));
    }

    [Test]
    public void Too_many_points_or_one_off_the_globe_are_not_encoded()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => PointCodec.Encode(new TrackPoint[PointCodec.MaxPoints + 1]), Throws.ArgumentException);
            Assert.That(() => PointCodec.Encode([new TrackPoint(0, 90_000_001, 0)]), Throws.ArgumentException);
            Assert.That(() => PointCodec.Encode([new TrackPoint(0, 0, int.MinValue)]), Throws.ArgumentException);
            Assert.That(
                PointCodec.Decode(PointCodec.Encode(new TrackPoint[PointCodec.MaxPoints])),
                Has.Length.EqualTo(PointCodec.MaxPoints));
        }
    }

    [Test]
    public void A_ride_takes_less_than_a_byte_and_a_half_a_point()
    {
        var points = SimulatedRide(1_800);
        var bytesPerPoint = PointCodec.Encode(points).Length / (double)points.Length;
        TestContext.Out.WriteLine($"{bytesPerPoint:F2} bytes a point");
        Assert.That(bytesPerPoint, Is.LessThan(1.5));
    }

    // A rider at 2 s: speed and heading wander, the receiver's error wanders too (correlated, as real ones are) and
    // jitters a little.
    internal static TrackPoint[] SimulatedRide(int count)
    {
        var random = new Random(20261122);
        double latitude = 46.05, longitude = 14.51, speed = 8, heading = 1, errorNorth = 0, errorEast = 0;
        var points = new TrackPoint[count];
        for (var index = 0; index < count; index++)
        {
            speed = Math.Clamp(speed + ((random.NextDouble() - 0.5) * 0.8), 2, 15);
            heading += (random.NextDouble() - 0.5) * 0.15;
            errorNorth = (errorNorth * 0.98) + ((random.NextDouble() - 0.5) * 0.5);
            errorEast = (errorEast * 0.98) + ((random.NextDouble() - 0.5) * 0.5);
            latitude += speed * 2 * Math.Cos(heading) / 111_195;
            longitude += speed * 2 * Math.Sin(heading) / 77_200;
            points[index] = new TrackPoint(
                Any.DayMs + (index * 2_000L),
                (int)Math.Round((latitude + (errorNorth / 111_195)) * 1e6),
                (int)Math.Round((longitude + (errorEast / 77_200)) * 1e6));
        }

        return points;
    }

    private static byte Version(TrackPoint[] points) => (byte)(PointColumns.HasSpeed(points) ? 2 : 1);

    private static bool IsDecodedOrRefused(byte[] bytes)
    {
        try
        {
            var points = PointCodec.Decode(bytes);
            return points.Length <= PointCodec.MaxPoints
                && PointCodec.Decode(PointCodec.Encode(points)).AsSpan().SequenceEqual(points);
        }
        catch (PointCodecException)
        {
            return true;
        }
    }

    private static IEnumerable<TestCaseData> CodecVectors() =>
        Vectors.Cases<CodecVector>("codec.json", vector => vector.Name);

    // A point is [time ms, latitude, longitude, height cm, accuracy cm, heart rate, cadence, power, temperature], and
    // since version 2 speed mm/s.
    public sealed record CodecVector(string Name, long?[][] Points, string Body, string Sha256, string Version3)
    {
        internal TrackPoint[] TrackPoints() => [.. Points.Select(point => new TrackPoint(
            point[0], (int)point[1]!, (int)point[2]!, (int?)point[3], (int?)point[4],
            (int?)point[5], (int?)point[6], (int?)point[7], (int?)point[8],
            point.Length > 9 ? (int?)point[9] : null))];
    }
}
