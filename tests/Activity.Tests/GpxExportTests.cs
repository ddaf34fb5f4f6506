using System.Text;
using System.Xml;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;
using Strava.Activities.Activities;
using Strava.Activities.Imports;
using Strava.Contracts;
using Strava.Contracts.Events;
using Strava.Contracts.Sports;
using Strava.Contracts.Timing;
using Strava.Contracts.Tracks;
using Strava.Testing;

namespace Strava.Activities.Tests;

/// <summary>What is exported and imported again has the same figures, whatever it is.</summary>
public sealed class GpxExportTests
{
    private const long StartMs = 1_772_352_000_000;

    [Test]
    public void Any_recording_imports_again_with_equal_figures() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(Recordings().ToArbitrary(), recording =>
        {
            var again = Again(recording);
            Assert.That(again.Log.Changes, Is.EqualTo(recording.Log.Changes));
            AssertEqual(again, recording);
        }));

    [Test]
    public void Others_recordings_import_again_with_equal_figures()
    {
        var folder = Path.GetFullPath(Path.Combine(Checkout.Root, "..", "shared", "data"));
        if (!Directory.Exists(folder))
        {
            Assert.Ignore($"{folder} is absent: these recordings are others' and not part of the project.");
        }

        var compared = 0;
        foreach (var path in Directory.GetFiles(folder, "*.gpx", SearchOption.AllDirectories))
        {
            ImportedTrack track;
            try
            {
                track = GpxReader.Read(new MemoryStream(File.ReadAllBytes(path)));
            }
            catch (ImportFailureException)
            {
                continue;
            }

            var recording = Of(track);
            AssertEqual(Again(recording), recording, path);
            compared++;
        }

        Assert.That(compared, Is.GreaterThan(10));
    }

    [Test]
    public void A_reader_that_knows_nothing_of_us_sees_pauses_as_gaps_and_every_channel()
    {
        var file = Parse(Export(new Recorded(
            Sport.Ride,
            Log((Transition.Started, 0), (Transition.Paused, 10), (Transition.Resumed, 100), (Transition.Stopped, 110), (Transition.Complete, 120)),
            [new(0, [Point(0), Point(10), Point(50), Point(100), Point(110)])]), name: "a < b \u0001 & \ud83d\ude00 \ud83d"));

        XNamespace gpx = "http://www.topografix.com/GPX/1/1", garmin = "http://www.garmin.com/xmlschemas/TrackPointExtension/v1";
        var segments = file.Descendants(gpx + "trkseg").ToArray();
        var point = segments[0].Element(gpx + "trkpt")!;
        Assert.That(segments.Select(segment => segment.Elements(gpx + "trkpt").Count()), Is.EqualTo(new[] { 2, 2 }), "none inside of the pause");
        Assert.That(point.Attribute("lat")!.Value, Is.EqualTo("46.000001"));
        Assert.That(point.Element(gpx + "ele")!.Value, Is.EqualTo("312.34"));
        Assert.That(point.Element(gpx + "time")!.Value, Is.EqualTo("2026-03-01T08:00:00.000Z"));
        Assert.That(point.Descendants(garmin + "TrackPointExtension").Single().Elements().Select(e => e.Value), Is.EqualTo(new[] { "-3", "141", "85" }));
        Assert.That(point.Descendants(gpx + "power").Single().Value, Is.EqualTo("210"));
        Assert.That(file.Descendants(gpx + "name").Single().Value, Is.EqualTo("a < b \ufffd & \ud83d\ude00 \ufffd"));
        Assert.That(file.Descendants(gpx + "type").Single().Value, Is.EqualTo("cycling"));
    }

    [Test]
    public void A_log_that_no_phone_could_have_sent_is_passed_over()
    {
        var file = Encoding.UTF8.GetString(Export(new Recorded(
            Sport.Run, Log((Transition.Started, 0), (Transition.Stopped, 50), (Transition.Complete, 50)), [new(0, [Point(10), Point(20)])])));

        var track = GpxReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(file.Replace("\"STARTED\"", "\"PAUSED\"", StringComparison.Ordinal))));

        Assert.That(track.OwnLog, Is.Null);
        Assert.That(track.StateLog(DateTimeOffset.UnixEpoch).AsOf(0), Is.EqualTo(new ElapsedTimes(10_000, 10_000)));
    }

    // Found by the fuzzer: nothing counted, so that nothing could be exported again.
    [Test]
    public void A_log_in_which_none_of_the_points_counts_is_passed_over()
    {
        var file = Encoding.UTF8.GetString(Export(new Recorded(
            Sport.Run, Log((Transition.Started, 0), (Transition.Stopped, 50), (Transition.Complete, 50)), [new(0, [Point(10), Point(20)])])));

        var track = GpxReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(
            file.Replace("at=\"2026", "at=\"2025", StringComparison.Ordinal))));

        Assert.That(track.OwnLog, Is.Null);
        Assert.That(track.StateLog(DateTimeOffset.UnixEpoch).AsOf(0), Is.EqualTo(new ElapsedTimes(10_000, 10_000)));
    }

    private static void AssertEqual(Recorded again, Recorded recording, string? what = null)
    {
        var (expected, actual) = (recording.Figures(), again.Figures());

        // What was recorded during pauses counts nothing and is not exported.
        Assert.That(actual with { PointCount = 0 }, Is.EqualTo(expected with { PointCount = 0 }), what);
        Assert.That(actual.PointCount, Is.EqualTo(recording.Points().Count(ordered => ordered.Interval >= 0)), what);
        Assert.That(again.Log.Pauses, Is.EqualTo(recording.Log.Pauses), what);
        Assert.That(again.Analytics().MaxSpeedMillimetersPerSecond, Is.EqualTo(recording.Analytics().MaxSpeedMillimetersPerSecond), what);
    }

    private static Recorded Again(Recorded recording)
    {
        var track = GpxReader.Read(new MemoryStream(Export(recording)));
        Assert.That(track.Sport, Is.EqualTo(recording.Sport));
        return Of(track);
    }

    private static Recorded Of(ImportedTrack track) =>
        new(track.Sport ?? Sport.Run, track.StateLog(DateTimeOffset.UnixEpoch), track.Chunks(), track.ElevationSource);

    private static byte[] Export(Recorded recording, string name = "a run")
    {
        var activity = Activity.Create(
                Guid.NewGuid(), new ActivityCreated(Guid.NewGuid(), recording.Sport, name, Visibility.Everyone, null, DateTimeOffset.UnixEpoch)) with
        {
            Log = recording.Log,
            ElevationSource = recording.Heights,
            StartedAt = DateTimeOffset.FromUnixTimeMilliseconds(recording.Log.StartedAtMs!.Value),
        };
        using var target = new MemoryStream();
        GpxWriter.WriteAsync(target, activity, recording.Points(), CancellationToken.None).GetAwaiter().GetResult();
        return target.ToArray();
    }

    private static XDocument Parse(byte[] file)
    {
        using var reader = XmlReader.Create(new MemoryStream(file), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
        return XDocument.Load(reader);
    }

    private static StateLog Log(params (Transition State, int Second)[] lines) =>
        StateLog.Empty.AppendRange(lines.Select(line => new StateChange(line.State, StartMs + line.Second * 1_000)));

    private static TrackPoint Point(int second) =>
        new(StartMs + second * 1_000, 46_000_001 + second * 20, 14_500_000, 31_234, 450, 141, 85, 210, -3);

    /// <summary>
    /// Recordings with pauses, stops that were resumed, late chunks, bad accuracies, missing channels; some without
    /// times.
    /// </summary>
    private static Gen<Recorded> Recordings() =>
        from seed in Gen.Choose(0, int.MaxValue)
        from isTimed in Gen.Frequency((3, Gen.Constant(true)), (1, Gen.Constant(false)))
        from isMixed in Gen.Elements(true, false)
        select Make(new Random(seed), isTimed, isMixed);

#pragma warning disable CA5394 // Made-up tracks protect nothing.
    private static Recorded Make(Random random, bool isTimed, bool isMixed)
    {
        var changes = new List<StateChange> { new(Transition.Started, StartMs - random.Next(5_000)) };
        var atMs = StartMs;
        for (var pauses = random.Next(4); pauses > 0; pauses--)
        {
            changes.Add(new(random.Next(3) == 0 ? Transition.Stopped : Transition.Paused, atMs += random.Next(1, 200_000)));
            changes.Add(new(Transition.Resumed, atMs += random.Next(0, 100_000)));
        }

        atMs += random.Next(1, 200_000);
        if (random.Next(2) == 0)
        {
            changes.Add(new(Transition.Paused, atMs));
            atMs += 5_000;
        }

        changes.Add(new(Transition.Stopped, atMs));
        changes.Add(new(Transition.Complete, atMs + random.Next(2_000)));
        var log = StateLog.Read(changes).Log;
        var points = Walk(random, isTimed, isMixed, StartMs, atMs).ToArray();
        var chunks = points.Chunk(random.Next(1, 40)).Select((chunk, i) => new TrackChunk(i, chunk)).ToArray();
        return new Recorded(
            random.Next(2) == 0 ? Sport.Run : Sport.Ride, log, chunks, random.Next(2) == 0 ? ElevationSource.Barometric : null);
    }

    private static IEnumerable<TrackPoint> Walk(Random random, bool isTimed, bool isMixed, long fromMs, long toMs)
    {
        var (latitude, longitude, heightCm) = (random.Next(-89_000_000, 89_000_000), random.Next(-180_000_000, 180_000_000), 30_000);
        for (var ms = fromMs; ms <= toMs; ms += random.Next(300, 9_000))
        {
            latitude += random.Next(-400, 401);
            longitude = Math.Clamp(longitude + random.Next(-400, 401), -180_000_000, 180_000_000);
            heightCm += random.Next(-300, 301);
            yield return new TrackPoint(
                isTimed || (isMixed && random.Next(2) == 0) ? ms : null,
                latitude,
                longitude,
                random.Next(9) == 0 ? null : heightCm,
                random.Next(3) == 0 ? random.Next(0, 9_000) : null,
                random.Next(2) == 0 ? random.Next(1, 251) : null,
                random.Next(2) == 0 ? random.Next(0, 301) : null,
                random.Next(2) == 0 ? random.Next(0, 3_001) : null,
                random.Next(2) == 0 ? random.Next(-70, 71) : null,
                random.Next(2) == 0 ? random.Next(0, 20_000) : null);
        }
    }
#pragma warning restore CA5394

    private sealed record Recorded(
        Sport Sport, StateLog Log, IReadOnlyList<TrackChunk> Chunks, ElevationSource? Heights = null)
    {
        public OrderedPoint[] Points() => TrackOrder.Merge(Chunks, Log);

        public TrackFigures Figures() => TrackStatistics.Compute(Sport, Log, Points(), Log.CompletedAtMs!.Value, Heights);

        public TrackAnalytics Analytics() => TrackAnalytics.Of(Sport, Log, Points(), Heights);
    }
}
