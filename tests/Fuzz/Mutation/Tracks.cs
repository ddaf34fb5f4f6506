using Strava.Contracts.Timing;
using Strava.Contracts.Tracks;

namespace Strava.Fuzz.Mutation;

/// <summary>Made-up tracks, plain and absurd.</summary>
internal static class Tracks
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    /// <summary>The day on which every case is judged, so that a seed means the same tomorrow.</summary>
    public static readonly DateTimeOffset Now = Start.AddDays(1);

    private static readonly int[] Values = [0, 1, -1, int.MinValue, int.MaxValue, 255, 256, 65_536];

    private static readonly long[] Times = [0, -1, long.MinValue, long.MaxValue, 1L << 40];

    /// <summary>A way that somebody could have made, with gaps, missing channels and some jumps.</summary>
    public static TrackPoint[] Way(Random random, int count, bool isTimed = true)
    {
        var (latitude, longitude, heightCm) = (random.Next(-89_000_000, 89_000_000), random.Next(-179_000_000, 179_000_000), 30_000);
        var atMs = Start.ToUnixTimeMilliseconds();
        var hasSpeed = random.OneIn(4);
        var points = new TrackPoint[count];
        for (var i = 0; i < count; i++)
        {
            var reach = random.OneIn(50) ? 500_000 : 300;
            latitude = Math.Clamp(latitude + random.Next(-reach, reach), -90_000_000, 90_000_000);
            longitude = Math.Clamp(longitude + random.Next(-reach, reach), -180_000_000, 180_000_000);
            heightCm += random.Next(-200, 200);
            atMs += random.OneIn(20) ? random.Next(-20_000, 400_000) : random.Next(0, 6_000);
            points[i] = new TrackPoint(
                isTimed ? atMs : null,
                latitude,
                longitude,
                random.OneIn(9) ? null : heightCm,
                random.OneIn(3) ? random.Next(9_000) : null,
                random.OneIn(2) ? random.Next(1, 251) : null,
                random.OneIn(2) ? random.Next(301) : null,
                random.OneIn(2) ? random.Next(3_001) : null,
                random.OneIn(2) ? random.Next(-70, 71) : null,
                hasSpeed ? random.Next(20_000) : null);
        }

        return points;
    }

    /// <summary>Anything that the type can hold.</summary>
    public static TrackPoint[] Anything(Random random)
    {
        var shapes = Enumerable.Range(0, 8).Select(_ => random.Next(3)).ToArray();
        var points = new TrackPoint[random.Next(random.OneIn(20) ? 3_000 : 60)];
        for (var i = 0; i < points.Length; i++)
        {
            points[i] = new TrackPoint(
                IsThere(shapes[0], random) ? (random.OneIn(4) ? random.Of(Times) : random.NextInt64()) : null,
                random.Next(-90_000_000, 90_000_001),
                random.Next(-180_000_000, 180_000_001),
                Channel(shapes[1], random),
                Channel(shapes[2], random),
                Channel(shapes[3], random),
                Channel(shapes[4], random),
                Channel(shapes[5], random),
                Channel(shapes[6], random),
                random.OneIn(2) ? Channel(shapes[7], random) : null);
        }

        return points;
    }

    /// <summary>Words in an order that is mostly allowed.</summary>
    public static IEnumerable<StateChange> Log(Random random, long fromMs, long toMs)
    {
        yield return new StateChange(Transition.Started, fromMs);
        var atMs = fromMs;
        for (var pauses = random.Next(4); pauses > 0; pauses--)
        {
            yield return new StateChange(Transition.Paused, atMs += random.Next(1, 60_000));
            yield return new StateChange(random.OneIn(4) ? Transition.Started : Transition.Resumed, atMs += random.Next(0, 60_000));
        }

        yield return new StateChange(Transition.Complete, Math.Max(atMs, toMs));
    }

    private static bool IsThere(int shape, Random random) => shape == 2 || (shape == 1 && random.OneIn(2));

    private static int? Channel(int shape, Random random) =>
        IsThere(shape, random) ? (random.OneIn(5) ? random.Of(Values) : random.Next(300)) : null;
}
