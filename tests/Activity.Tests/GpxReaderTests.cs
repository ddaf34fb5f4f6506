using System.Text;
using Strava.Activities.Imports;
using Strava.Contracts.Sports;
using Strava.Contracts.Timing;
using Strava.Contracts.Tracks;

namespace Strava.Activities.Tests;

public sealed class GpxReaderTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void A_point_is_read_with_its_channels()
    {
        var track = Read(
            """
            <gpx xmlns="http://www.topografix.com/GPX/1/1" xmlns:x="http://www.garmin.com/xmlschemas/TrackPointExtension/v1"><trk><trkseg>
            <trkpt lat="46.0512345" lon="14.5123456"><ele>300.25</ele><time>2026-01-02T03:04:05.678+01:00</time>
              <extensions><power>210</power><x:TrackPointExtension><x:hr>141</x:hr><x:cad>85</x:cad><x:atemp>-3</x:atemp></x:TrackPointExtension></extensions></trkpt>
            </trkseg></trk></gpx>
            """);

        Assert.That(track.Segments.Single().Points.Single(), Is.EqualTo(new TrackPoint(
            new DateTimeOffset(2026, 1, 2, 2, 4, 5, 678, TimeSpan.Zero).ToUnixTimeMilliseconds(),
            46_051_235, 14_512_346, ElevationCm: 30_025, HeartRate: 141, Cadence: 85, PowerWatts: 210, TemperatureC: -3)));
    }

    [TestCase("Garmin Edge 530", true)]
    [TestCase("Garmin f\u0113nix 6", true)]
    [TestCase("Wahoo ELEMNT BOLT", true)]
    [TestCase("Garmin Forerunner 945", true)]
    [TestCase("A phone with barometer", true)]
    [TestCase("Open fitness platform with barometer", true)]
    [TestCase("Garmin Edge 200", false)]
    [TestCase("Garmin Connect", false, Description = "the site, not the device")]
    [TestCase("Barometer app without barometers", false)]
    [TestCase("", false)]
    public void A_device_that_has_a_barometer_is_known_by_its_name(string creator, bool isBarometric)
    {
        var track = Read($"""<gpx creator="{creator}"><trk><trkseg><trkpt lat="1" lon="1"/></trkseg></trk></gpx>""");

        Assert.That(track.ElevationSource, Is.EqualTo(isBarometric ? ElevationSource.Barometric : (ElevationSource?)null));
    }

    [Test]
    public void A_devices_speed_is_read_wherever_it_stands()
    {
        var track = Read(
            """
            <gpx xmlns:x="http://www.garmin.com/xmlschemas/TrackPointExtension/v2"><trk><trkseg><trkpt lat="1" lon="1"><speed>5.0004</speed></trkpt>
            <trkpt lat="1" lon="1"><extensions><x:TrackPointExtension><x:speed>4.5</x:speed></x:TrackPointExtension></extensions></trkpt>
            <trkpt lat="1" lon="1"><speed>-1</speed></trkpt><trkpt lat="1" lon="1"><speed>NaN</speed></trkpt></trkseg></trk></gpx>
            """);

        Assert.That(
            track.Segments.Single().Points.Select(point => point.SpeedMillimetersPerSecond), Is.EqualTo(new int?[] { 5_000, 4_500, null, null }));
    }

    [Test]
    public void The_gaps_between_segments_are_pauses_and_segments_are_put_in_time_order()
    {
        var track = Read(
            """
            <gpx><trk><trkseg><trkpt lat="1" lon="1"><time>2026-01-01T10:10:00Z</time></trkpt><trkpt lat="1" lon="1.001"><time>2026-01-01T10:20:00Z</time></trkpt></trkseg></trk>
            <trk><trkseg><trkpt lat="1" lon="1"><time>2026-01-01T10:00:00Z</time></trkpt><trkpt lat="1" lon="1.001"><time>2026-01-01T10:05:00Z</time></trkpt></trkseg></trk></gpx>
            """);

        var log = track.StateLog(Now);
        Assert.That(log.State, Is.EqualTo(ActivityState.Complete));
        Assert.That(log.AsOf(0), Is.EqualTo(new ElapsedTimes(20 * 60_000, 15 * 60_000)));
        Assert.That(track.Chunks()[0].Points[0].AtMs, Is.EqualTo(log.StartedAtMs));
    }

    [Test]
    public void A_pause_marker_of_the_MyTracks_family_ends_the_segment_at_its_own_time()
    {
        var track = Read(
            """
            <gpx><trk><trkseg><trkpt lat="1" lon="1"><time>2026-01-01T10:00:00Z</time></trkpt>
            <trkpt lat="100" lon="0"><time>2026-01-01T10:00:09Z</time></trkpt><trkpt lat="200" lon="0"><time>2026-01-01T10:00:20Z</time></trkpt>
            <trkpt lat="1" lon="1.0001"><time>2026-01-01T10:00:21Z</time></trkpt></trkseg></trk></gpx>
            """);

        Assert.That(track.StateLog(Now).Pauses.Single().FromMs % 60_000, Is.EqualTo(9_000));
        Assert.That(track.Segments.Sum(segment => segment.Points.Count), Is.EqualTo(2));
    }

    // Found by the fuzzer: the log went back in time.
    [Test]
    public void A_pause_marker_older_than_its_segment_does_not_end_it_before_it_began()
    {
        var track = Read(
            """
            <gpx><trk><trkseg><trkpt lat="1" lon="1"><time>2026-01-01T10:00:00Z</time></trkpt>
            <trkpt lat="100" lon="0"><time>2026-01-01T10:00:09Z</time></trkpt>
            <trkpt lat="1" lon="1.0001"><time>2026-01-01T10:00:21Z</time></trkpt>
            <trkpt lat="100" lon="0"><time>2026-01-01T10:00:09Z</time></trkpt></trkseg></trk></gpx>
            """);

        var log = track.StateLog(Now);
        Assert.That(StateLog.Read(log.Changes).IsAccepted, Is.True, "a phone could have sent it");
        Assert.That(log.CompletedAtMs % 60_000, Is.EqualTo(21_000));
    }

    [Test]
    public void A_track_without_times_lasts_no_time_and_keeps_the_order_of_the_file()
    {
        var track = Read(
            """
            <gpx><metadata><time>2025-05-05T05:05:05Z</time></metadata><trk><name>Old walk</name><type>running</type>
            <trkseg><trkpt lat="1" lon="1"/><trkpt lat="1" lon="1.001"/></trkseg><trkseg><trkpt lat="1" lon="1.1"/></trkseg></trk></gpx>
            """);

        var log = track.StateLog(Now);
        var figures = TrackStatistics.Compute(Sport.Run, log, TrackOrder.Merge(track.Chunks(), log), log.CompletedAtMs!.Value);
        Assert.That(log.StartedAtMs, Is.EqualTo(new DateTimeOffset(2025, 5, 5, 5, 5, 5, TimeSpan.Zero).ToUnixTimeMilliseconds()));
        Assert.That(figures.TotalMs, Is.Zero);
        Assert.That(figures.DistanceMillimeters, Is.EqualTo(111_178).Within(100), "one leg, none across the segments");
        Assert.That((track.Name, track.Sport), Is.EqualTo(("Old walk", (Sport?)Sport.Run)));
    }

    [TestCase("<gpx></gpx>", "file/no-positions")]
    [TestCase("<gpx><trk><trkseg/></trk></gpx>", "file/no-positions")]
    [TestCase("<gpx><trk><trkseg><trkpt lat=\"NaN\" lon=\"1e999\"/></trkseg></trk></gpx>", "file/no-positions")]
    [TestCase("<kml></kml>", "file/not-gpx")]
    [TestCase("not xml at all", "file/malformed")]
    [TestCase("<gpx><trk>", "file/malformed")]
    [TestCase("<!DOCTYPE gpx [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><gpx>&x;</gpx>", "file/dtd-forbidden")]
    public void A_file_that_cannot_be_imported_is_refused_with_its_reason(string file, string code) =>
        Assert.That(Assert.Throws<ImportFailureException>(() => Read(file))!.Code, Is.EqualTo(code));

    [Test]
    public void A_planned_route_counts_only_without_a_track()
    {
        const string Route = "<rte><rtept lat=\"5\" lon=\"5\"/><rtept lat=\"5\" lon=\"6\"/></rte>";

        Assert.That(Read($"<gpx>{Route}<trk><trkseg><trkpt lat=\"1\" lon=\"1\"/></trkseg></trk></gpx>").Segments.Single().Points, Has.Count.EqualTo(1));
        Assert.That(Read($"<gpx>{Route}</gpx>").Segments.Single().Points, Has.Count.EqualTo(2));
    }

    [TestCase("2026-01-01T10:00:00.9999999Z", true)]
    [TestCase("2026-01-01T10:00:00", true, Description = "without a zone it is UTC")]
    [TestCase("10:00", false, Description = "today's, says the parser")]
    [TestCase("1970-01-01T00:00:00Z", false)]
    [TestCase("", false)]
    public void A_time_that_cannot_be_is_no_time(string time, bool isTime) =>
        Assert.That(
            Read($"<gpx><trk><trkseg><trkpt lat=\"1\" lon=\"1\"><time>{time}</time></trkpt></trkseg></trk></gpx>").Segments[0].Points[0].AtMs is not null,
            Is.EqualTo(isTime));

    [Test]
    public void A_name_is_cut_where_the_API_would_refuse_it_and_never_through_a_character()
    {
        var name = Read($"<gpx><trk><name>{string.Concat(Enumerable.Repeat("\ud83d\ude00", 150))}</name><trkseg><trkpt lat=\"1\" lon=\"1\"/></trkseg></trk></gpx>").Name;

        Assert.That(name, Has.Length.EqualTo(200));
        Assert.That(Read("<gpx><trk><name> </name><trkseg><trkpt lat=\"1\" lon=\"1\"/></trkseg></trk></gpx>").Name, Is.Null);
    }

    [TestCase(false)]
    [TestCase(true)]
    public void A_byte_order_mark_and_UTF_16_are_no_obstacle(bool isUtf16)
    {
        var encoding = isUtf16 ? Encoding.Unicode : Encoding.UTF8;
        byte[] file = [.. encoding.GetPreamble(), .. encoding.GetBytes("<gpx><trk><name>Čez</name><trkseg><trkpt lat=\"1\" lon=\"1\"/></trkseg></trk></gpx>")];

        Assert.That(GpxReader.Read(new MemoryStream(file)).Name, Is.EqualTo("Čez"));
    }

    [Test]
    public void Whatever_the_bytes_are_there_is_one_kind_of_refusal()
    {
        const string Good = "<?xml version=\"1.0\" encoding=\"utf-8\"?><gpx><trk><name>a</name><trkseg><trkpt lat=\"1\" lon=\"1\"><time>2026-01-01T10:00:00Z</time></trkpt></trkseg></trk></gpx>";
#pragma warning disable CA5394 // Made-up bytes protect nothing.
        var random = new Random(4711);
        for (var i = 0; i < 5_000; i++)
        {
            var file = Encoding.UTF8.GetBytes(Good)[..random.Next(Good.Length)];
            for (var changes = random.Next(4); changes > 0 && file.Length > 0; changes--)
            {
                file[random.Next(file.Length)] = (byte)random.Next(256);
            }

            try
            {
                GpxReader.Read(new MemoryStream(file));
            }
            catch (ImportFailureException)
            {
                // The only kind.
            }
        }
#pragma warning restore CA5394
    }

    [Test]
    public void Elements_nested_without_end_are_refused() =>
        Assert.That(
            Assert.Throws<ImportFailureException>(() => Read("<gpx>" + string.Concat(Enumerable.Repeat("<a>", 100_000))))!.Code,
            Is.EqualTo("file/malformed"));

    private static ImportedTrack Read(string file) => GpxReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(file)));
}
