using System.Text;
using System.Text.RegularExpressions;
using Strava.Activities.Activities;
using Strava.Contracts;
using Strava.Contracts.Events;
using Strava.Contracts.Sports;
using Strava.Contracts.Timing;
using Strava.Contracts.Tracks;

namespace Strava.Fuzz.Mutation;

/// <summary>GPX files: such as we export, such as others write, and damage that keeps them mostly XML.</summary>
internal static partial class Gpx
{
    private static readonly string[] Others =
    [
        """
        <?xml version="1.0" encoding="UTF-8"?><gpx version="1.1" creator="Garmin Edge 530 with barometer" xmlns="http://www.topografix.com/GPX/1/1"
        xmlns:x="http://www.garmin.com/xmlschemas/TrackPointExtension/v1"><metadata><time>2026-01-01T10:00:00Z</time></metadata><trk><name>n</name>
        <type>cycling</type><trkseg><trkpt lat="46.05" lon="14.5"><ele>300.2</ele><time>2026-01-01T10:00:00Z</time><speed>5</speed><extensions>
        <power>210</power><x:TrackPointExtension><x:hr>141</x:hr><x:cad>85</x:cad><x:atemp>-3</x:atemp></x:TrackPointExtension></extensions></trkpt>
        <trkpt lat="46.0501" lon="14.5"><ele>301</ele><time>2026-01-01T10:00:05Z</time></trkpt></trkseg><trkseg>
        <trkpt lat="46.06" lon="14.5"><time>2026-01-01T10:10:05+01:00</time></trkpt></trkseg></trk></gpx>
        """,
        """
        <gpx><trk><trkseg><trkpt lat="1" lon="1"><time>2026-01-01T10:00:00Z</time></trkpt><trkpt lat="100" lon="0">
        <time>2026-01-01T10:00:09Z</time></trkpt><trkpt lat="200" lon="0"><time>2026-01-01T10:00:20Z</time></trkpt><trkpt lat="1" lon="1.0001">
        <time>2026-01-01T10:00:21Z</time></trkpt></trkseg></trk></gpx>
        """,
        """<gpx version="1.0"><rte><rtept lat="1" lon="1"/><rtept lat="1.1" lon="1"><ele>3</ele></rtept></rte><wpt lat="3" lon="3"/></gpx>""",
    ];

    private static readonly string[] Snippets =
    [
        "<!DOCTYPE gpx>", "<!DOCTYPE gpx [<!ENTITY a \"b\">]>", "&a;", "&#0;", "&#xD800;", "&lt;", "<![CDATA[", "]]>", "<!--", "-->", "<?a?>",
        "<?xml version=\"1.0\"?>", "<trkseg>", "</trkseg>", "<trk>", "</trk>", "<rte>", "</rte>", "<trkpt/>", "<trkpt lat=\"0\" lon=\"0\"/>",
        "<time/>", "<time><a/></time>", "<ele>1</ele>", "<extensions>", "</extensions>", "\0", "\uFFFF", "<gpx>", "</gpx>", "xmlns=\"a\"",
        "<o:stateLog xmlns:o=\"urn:open-fitness-platform:gpx:1\"><o:change state=\"STARTED\" at=\"2026-01-01T10:00:00Z\"/></o:stateLog>",
    ];

    private static readonly string[] Values =
    [
        "", " ", "NaN", "Infinity", "-0", "1e999", "1e-400", "90", "90.0000001", "-90", "100", "200", "180", "-180.0000001", "0", "0x10", "1,5",
        "9999999999999999999", "2026-01-01T10:00:00Z", "2026-01-01", "9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59-14:00",
        "0001-01-01T00:00:00+14:00", "1980-01-06T00:00:00Z", "1979-12-31T23:59:59Z", "2026-01-01T25:00:00Z", "2020-01-01T00:00:00", "utf-16",
        "utf-7", "utf-32", "ibm037", "none", "STARTED", "COMPLETE", "5,1", "run", "\ud83d\ude00", "http://www.topografix.com/GPX/1/1",
    ];

    public static byte[] Make(Random random)
    {
        var text = random.OneIn(2) ? random.Of(Others) : Exported(random);
        if (random.OneIn(8))
        {
            return Encoding.UTF8.GetBytes(text);
        }

        var tokens = Token().Matches(text).Select(match => match.Value).ToList();
        for (var blows = random.Next(1, 6); blows > 0; blows--)
        {
            Strike(tokens, random);
        }

        var damaged = Encode(string.Concat(tokens), random);
        return random.OneIn(4) ? Bytes.Damage(damaged, random) : damaged;
    }

    public static byte[] Export(
        Sport sport, StateLog log, IReadOnlyList<TrackChunk> chunks, ElevationSource? heights = null)
    {
        var created = new ActivityCreated(Guid.Empty, sport, "a way", Visibility.Everyone, null, Tracks.Start);
        var activity = Activity.Create(Guid.Empty, created) with
        {
            Log = log,
            State = log.State,
            ElevationSource = heights,
            StartedAt = DateTimeOffset.FromUnixTimeMilliseconds(log.StartedAtMs!.Value),
        };
        using var file = new MemoryStream();
        GpxWriter.WriteAsync(file, activity, TrackOrder.Merge(chunks, log), CancellationToken.None).GetAwaiter().GetResult();
        return file.ToArray();
    }

    private static string Exported(Random random)
    {
        var points = Tracks.Way(random, random.Next(1, 40), isTimed: !random.OneIn(4));
        var fromMs = Tracks.Start.ToUnixTimeMilliseconds();
        var log = StateLog.Read([.. Tracks.Log(random, fromMs, fromMs + 100_000)]).Log;
        return Encoding.UTF8.GetString(Export(random.OneIn(2) ? Sport.Run : Sport.Ride, log, [new(0, points)]));
    }

    private static void Strike(List<string> tokens, Random random)
    {
        var at = random.Next(tokens.Count);
        var count = Math.Min(random.Next(1, 12), tokens.Count - at);
        switch (random.Next(8))
        {
            case 0 when tokens.Count > count:
                tokens.RemoveRange(at, count);
                break;
            case 1:
                tokens.InsertRange(random.Next(tokens.Count), tokens.GetRange(at, count));
                break;
            case 2:
                var block = tokens.GetRange(at, count);
                tokens.InsertRange(at, Enumerable.Repeat(block, random.Next(random.OneIn(20) ? 6_000 : 60)).SelectMany(one => one));
                break;
            case 3:
                tokens.Insert(at, random.Of(Snippets));
                break;
            case 4:
                var depth = random.Next(random.OneIn(20) ? 5_000 : 60);
                tokens.Insert(at, string.Concat(Enumerable.Repeat("<a>", depth)));
                tokens.Insert(random.Next(at, tokens.Count), string.Concat(Enumerable.Repeat("</a>", depth)));
                break;
            default:
                tokens[at] = tokens[at].StartsWith('<')
                    ? AttributeValue().Replace(tokens[at], _ => $"\"{random.Of(Values)}\"", random.Next(1, 3))
                    : random.Of(Values);
                break;
        }
    }

    private static byte[] Encode(string text, Random random) => random.Next(20) switch
    {
        0 => Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes(text)).ToArray(),
        1 => Encoding.BigEndianUnicode.GetBytes(text),
        2 => Encoding.UTF8.GetPreamble().Concat(Encoding.UTF8.GetBytes(text)).ToArray(),
        3 => Encoding.Latin1.GetBytes(text),
        4 => Encoding.UTF32.GetBytes(text),
        _ => Encoding.UTF8.GetBytes(text),
    };

    [GeneratedRegex("<[^>]*>|[^<]+")]
    private static partial Regex Token();

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex AttributeValue();
}
