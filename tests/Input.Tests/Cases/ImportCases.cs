using System.Text;

namespace Strava.Inputs.Cases;

/// <summary>Forms that are odd, and files that are none.</summary>
internal static class ImportCases
{
    private const string Good =
        """
        <gpx><trk><trkseg><trkpt lat="46" lon="14"><time>2026-01-01T10:00:00Z</time></trkpt><trkpt lat="46.001" lon="14"><time>2026-01-01T10:01:00Z</time></trkpt></trkseg></trk></gpx>
        """;

    private static readonly (string Name, string File, string Code)[] Files =
    [
        ("text", "hello", "file/malformed"),
        ("JSON", "{\"type\":\"RUN\"}", "file/malformed"),
        ("HTML", "<html><body>Log in</body></html>", "file/not-gpx"),
        ("KML", "<kml xmlns=\"http://www.opengis.net/kml/2.2\"/>", "file/not-gpx"),
        ("another vocabulary's gpx", "<gpx xmlns=\"http://example.org/gpx\"><trk><trkseg><trkpt lat=\"1\" lon=\"1\"/></trkseg></trk></gpx>", "file/not-gpx"),
        ("an internal DTD", $"<!DOCTYPE gpx [<!ENTITY a \"b\">]>{Good}", "file/dtd-forbidden"),
        ("an external entity", "<!DOCTYPE gpx [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><gpx><name>&x;</name></gpx>", "file/dtd-forbidden"),
        ("an external entity over HTTP", "<!DOCTYPE gpx SYSTEM \"http://127.0.0.1:1/x.dtd\"><gpx/>", "file/dtd-forbidden"),
        ("a parameter entity", "<!DOCTYPE gpx [<!ENTITY % p SYSTEM \"http://127.0.0.1:1/p\"> %p;]><gpx/>", "file/dtd-forbidden"),
        ("a billion laughs", "<!DOCTYPE l [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">]><gpx><name>&b;</name></gpx>", "file/dtd-forbidden"),
        ("an entity that nobody declared", "<gpx><name>&x;</name></gpx>", "file/malformed"),
        ("200,000 nested elements", $"<gpx>{string.Concat(Enumerable.Repeat("<a>", 200_000))}", "file/malformed"),
        ("200,000 nested inside of a point", $"<gpx><trk><trkseg><trkpt lat=\"1\" lon=\"1\">{string.Concat(Enumerable.Repeat("<a>", 200_000))}", "file/malformed"),
        ("an unknown encoding", $"<?xml version=\"1.0\" encoding=\"klingon\"?>{Good}", "file/malformed"),
        ("UTF-7", $"<?xml version=\"1.0\" encoding=\"utf-7\"?>{Good}", "file/malformed"),
        ("a NUL", "<gpx>\0</gpx>", "file/malformed"),
        ("cut short", Good[..150], "file/malformed"),
        ("two roots", Good + Good, "file/malformed"),
        ("nothing in it", "<gpx/>", "file/no-positions"),
        ("an empty segment", "<gpx><trk><trkseg/></trk></gpx>", "file/no-positions"),
        ("waypoints only", "<gpx><wpt lat=\"1\" lon=\"1\"/></gpx>", "file/no-positions"),
        ("positions that are none", "<gpx><trk><trkseg><trkpt lat=\"NaN\" lon=\"1\"/><trkpt lat=\"91\" lon=\"1\"/><trkpt lat=\"1\"/><trkpt/></trkseg></trk></gpx>", "file/no-positions"),
        ("the future", Good.Replace("2026-01-01T10:01", "2199-01-01T10:01", StringComparison.Ordinal), "gps/future-time"),
        ("eight days", Good.Replace("2026-01-01T10:01", "2026-01-09T10:01", StringComparison.Ordinal), "activity/too-long"),
        ("5,001 segments", $"<gpx><trk>{string.Concat(Enumerable.Repeat("<trkseg><trkpt lat=\"1\" lon=\"1\"/></trkseg>", 5_001))}</trk></gpx>", "file/too-many-segments"),
        ("200,001 points without times", $"<gpx><trk><trkseg>{string.Concat(Enumerable.Repeat("<trkpt lat=\"1\" lon=\"1\"/>", 200_001))}</trkseg></trk></gpx>", "file/too-many-points"),
        ("a FIT file cut short", "\u000e\u0010\u0000\u0000\u0000\u0000\u0000\u0000.FIT", "file/malformed"),
        ("an empty zip", "PK\u0005\u0006\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "file/malformed"),
    ];

    public static IEnumerable<InputCase> All() => [.. Files.Select(file => Form($"a file with {file.Name}", [Part("file", file.File)], 422) with { Code = file.Code }), .. Forms(), .. Bodies()];

    private static IEnumerable<InputCase> Forms()
    {
        yield return Form("no part", [], 400);
        yield return Form("another part", [Part("gpx", Good)], 400);
        yield return Form("two files", [Part("file", Good), Part("file", Good)], 400);
        yield return Form("a file more", [Part("file", Good), Part("extra", Good)], 400);
        yield return Form("an empty file", [Part("file", "")], 400);
        yield return Form("a file without a filename", [Field("file", Good)], 400);
        yield return Form("an unknown field", [Part("file", Good), Field("athleteId", "{stranger}")], 400);
        yield return Form("a field twice", [Part("file", Good), Field("name", "a"), Field("name", "b")], 400);
        yield return Form("100 fields", [Part("file", Good), .. Enumerable.Range(0, 100).Select(i => Field($"f{i}", "x"))], 400);
        yield return Form("an unknown type", [Part("file", Good), Field("type", "SWIM")], 400);
        yield return Form("an empty type", [Part("file", Good), Field("type", "")], 400);
        yield return Form("an unknown visibility", [Part("file", Good), Field("visibility", "everyone")], 400);
        yield return Form("a name of 10,000", [Part("file", Good), Field("name", new string('x', 10_000))], 422);
        yield return Form("a name of 5 MiB", [Part("file", Good), Field("name", new string('x', 5 * 1024 * 1024))], 413, 422);
        yield return Form("a name with NUL", [Part("file", Good), Field("name", "a\0b")], 422);
        yield return Form("a part's head of 20 KiB", [$"Content-Disposition: form-data; name=\"file\"; filename=\"{new string('x', 20_000)}\"\r\n\r\n{Good}"], 400, 413);
        yield return Form("a part without a head", [$"\r\n{Good}"], 400);

        // The name of the file is nothing to us.
        foreach (var name in new[] { "../../etc/passwd", "/etc/passwd", "CON", "a.html", "%00.gpx", new string('x', 4_000) })
        {
            yield return Form($"a file named {name[..Math.Min(name.Length, 20)]} that is no file", [$"Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\nhello"], 422) with { Code = "file/malformed" };
        }
    }

    private static IEnumerable<InputCase> Bodies()
    {
        var good = Body([Part("file", Good)]);
        InputCase Of(string name, byte[]? body, string? contentType, params int[] statuses) =>
            new(name, "POST", "/activities/import", statuses) { Body = body, ContentType = contentType };
        foreach (var type in new[] { "application/gpx+xml", "application/xml", "application/json", "application/x-www-form-urlencoded", "text/plain", "multipart/mixed; boundary=BOUND", "multipart", null })
        {
            yield return Of($"Content-Type {type ?? "missing"}", good, type, 415);
        }

        yield return Of("no boundary named", good, "multipart/form-data", 400);
        yield return Of("an empty boundary", good, "multipart/form-data; boundary=", 400, 415);
        yield return Of("a boundary of 1,000", good, $"multipart/form-data; boundary={new string('b', 1_000)}", 400);
        yield return Of("another boundary", good, "multipart/form-data; boundary=OTHER", 400);
        yield return Of("a body cut in the file", good[..^60], "multipart/form-data; boundary=BOUND", 400);
        yield return Of("a body cut in the last boundary", good[..^6], "multipart/form-data; boundary=BOUND", 400);
        yield return Of("no body", [], "multipart/form-data; boundary=BOUND", 400);
        yield return Of("a body that is no form", Encoding.UTF8.GetBytes("hello"), "multipart/form-data; boundary=BOUND", 400);
        yield return Of("33 MiB", [.. good, .. new byte[33 * 1024 * 1024]], "multipart/form-data; boundary=BOUND", 413);
        yield return Of("no request body at all", null, null, 415);
    }

    private static InputCase Form(string name, string[] parts, params int[] statuses) =>
        new(name, "POST", "/activities/import", statuses) { Body = Body(parts), ContentType = "multipart/form-data; boundary=BOUND" };

    private static string Part(string name, string content) => $"Content-Disposition: form-data; name=\"{name}\"; filename=\"x.gpx\"\r\n\r\n{content}";

    private static string Field(string name, string value) => $"Content-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}";

    private static byte[] Body(string[] parts) => Encoding.Latin1.GetBytes($"{string.Concat(parts.Select(part => $"--BOUND\r\n{part}\r\n"))}--BOUND--\r\n");
}
