using FsCheck;
using FsCheck.Fluent;
using Strava.Contracts.Geo;
using Strava.Contracts.Timing;
using Strava.Contracts.Tracks;

namespace Strava.Contracts.Tests;

// Generators. Each mixes the plain with the edge: poles, antimeridian, missing channels, equal times.
internal static class Any
{
    internal const long DayMs = 1_795_305_600_000;

    private static readonly Gen<int> Latitude = Gen.Frequency(
        (8, Gen.Choose(-90_000_000, 90_000_000)),
        (1, Gen.Elements(-90_000_000, 90_000_000, 0)),
        (3, Gen.Choose(46_000_000, 46_000_500)));

    private static readonly Gen<int> Longitude = Gen.Frequency(
        (8, Gen.Choose(-180_000_000, 180_000_000)),
        (1, Gen.Elements(-180_000_000, 180_000_000, 0)),
        (3, Gen.Choose(14_000_000, 14_000_500)));

    internal static Gen<GeoPoint> Position { get; } =
        from latitude in Latitude
        from longitude in Longitude
        select new GeoPoint(latitude, longitude);

    internal static Gen<Transition> Word { get; } = Gen.Elements(Enum.GetValues<Transition>());

    // Anything that the type can hold: for the codec.
    internal static Gen<TrackPoint[]> Points { get; } =
        from hasTimes in Gen.Choose(0, 2)
        from hasChannels in Gen.Choose(0, 2)
        from points in (
            from position in Position
            from at in Gen.OneOf(Gen.Choose(0, 2_000).Select(s => DayMs + s), AnyLong)
            from elevation in Channel
            from accuracy in Channel
            from heartRate in Channel
            from others in Channel.Three()
            from isThere in Gen.Choose(0, 3)
            select new TrackPoint(
                hasTimes == 0 || (hasTimes == 1 && isThere == 0) ? null : at,
                position.LatitudeE6,
                position.LongitudeE6,
                hasChannels == 0 || (hasChannels == 1 && isThere < 2) ? null : elevation,
                hasChannels == 2 ? accuracy : null,
                hasChannels == 1 && isThere == 1 ? heartRate : null,
                hasChannels > 0 ? others.Item1 : null,
                hasChannels > 1 ? others.Item2 : null,
                hasChannels > 1 && isThere > 1 ? others.Item3 : null,
                hasChannels == 2 && isThere == 2 ? heartRate : null)).ArrayOf()
        select points;

    private static Gen<long> AnyLong => Gen.Elements(long.MinValue, long.MaxValue, 0, -1, DayMs);

    private static Gen<int?> Channel => Gen.Frequency<int?>(
        (6, Gen.Choose(0, 300).Select(value => (int?)value)), (1, Gen.Elements<int?>(int.MinValue, int.MaxValue, -1)));

    // A ride that someone could have made, with a pause, bad points, jumps, equal times and heights: for the figures.
    internal static Gen<Ride> Ride { get; } =
        from steps in (
            from seconds in Gen.Frequency((10, Gen.Constant(2)), (2, Gen.Choose(0, 9)), (1, Gen.Choose(10, 400)))
            from north in Gen.Frequency((8, Gen.Choose(0, 250)), (3, Gen.Constant(0)), (1, Gen.Choose(-90_000, 90_000)))
            from east in Gen.Choose(-60, 60)
            from height in Gen.Frequency((5, Gen.Choose(-90, 120).Select(cm => (int?)cm)), (1, Gen.Constant<int?>(null)))
            from accuracy in Gen.Frequency((9, Gen.Constant<int?>(null)), (2, Gen.Choose(0, 9_000).Select(cm => (int?)cm)))
            select (seconds, north, east, height, accuracy)).NonEmptyListOf()
        from pauseAt in Gen.Choose(0, 120)
        from pauseFor in Gen.Choose(0, 120)
        select Make(steps.ToArray(), pauseAt, pauseFor);

    private static Ride Make(
        (int Seconds, int North, int East, int? Height, int? Accuracy)[] steps, int pauseAtSecond, int pauseForSeconds)
    {
        var atMs = DayMs;
        int latitude = 46_000_000, longitude = 14_500_000, heightCm = 30_000;
        var points = new List<TrackPoint>();
        foreach (var (seconds, north, east, height, accuracy) in steps)
        {
            atMs += seconds * 1_000L;
            latitude += north;
            longitude += east;
            heightCm += height ?? 0;
            points.Add(new TrackPoint(atMs, latitude, longitude, height is null ? null : heightCm, accuracy));
        }

        var pausedMs = DayMs + (pauseAtSecond * 1_000L);
        var resumedMs = pausedMs + (pauseForSeconds * 1_000L);
        var log = StateLog.Empty.AppendRange([
            new(Transition.Started, DayMs),
            new(Transition.Paused, pausedMs),
            new(Transition.Resumed, resumedMs),
            new(Transition.Stopped, Math.Max(resumedMs, atMs + 1_000))]);
        return new Ride(log, [.. points.DistinctBy(point => (point.AtMs, point.Position))]);
    }
}

internal sealed record Ride(StateLog Log, TrackPoint[] Points)
{
    public override string ToString() =>
        $"log {string.Join(' ', Log.Changes)}{Environment.NewLine}{string.Join(Environment.NewLine, Points)}";
}
