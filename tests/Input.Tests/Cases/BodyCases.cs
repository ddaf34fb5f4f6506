using System.IO.Compression;
using System.Text;

namespace Strava.Inputs.Cases;

/// <summary>What is wrong with a body whatever it says: for every route that takes JSON.</summary>
internal static class BodyCases
{
    /// <summary>Method, path, a good body, and whether the gateway itself reads it (it unpacks nothing).</summary>
    private static readonly (string Method, string Path, string Good, bool AtGateway)[] Routes =
    [
        ("POST", "/activities", """{"type":"RUN"}""", false),
        ("PATCH", "/activities/{open}", """{"name":"renamed"}""", false),
        ("POST", "/activities/{open}/routes", """{"sequence":1,"points":[{"at":"{at}","lat":46,"lon":14}]}""", false),
        ("PUT", "/activities/{new}/recording", """{"type":"RUN","stateLog":[{"state":"STARTED","at":"{start}"},{"state":"COMPLETE","at":"{end}"}],"points":[]}""", false),
        ("PATCH", "/athletes/me", """{"city":"Ljubljana"}""", false),
        ("POST", "/clubs", """{"name":"Club","sport":"RUN"}""", false),
        ("POST", "/challenges", """{"name":"a","metric":"distance","startsOn":"{today}","endsOn":"{nextWeek}"}""", false),
        ("POST", "/dev/token", """{"athlete":"body"}""", true),
    ];

    /// <summary>Texts that are no JSON object, or not one.</summary>
    private static readonly (string Name, string Body, int[] Statuses)[] Texts =
    [
        ("empty body", "", [400]),
        ("blank body", "  \r\n", [400]),
        ("null", "null", [400]),
        ("an array", "[]", [400]),
        ("a text", "\"RUN\"", [400]),
        ("a number", "7", [400]),
        ("cut short", "{\"type\":", [400]),
        ("two values", "{}{}", [400]),
        ("single quotes", "{'type':'RUN'}", [400]),
        ("no quotes", "{type:RUN}", [400]),
        ("a trailing comma", "{\"name\":\"a\",}", [400]),
        ("a comment", "{/* hello */}", [400]),
        ("XML", "<type>RUN</type>", [400]),
        ("nested 100 deep", string.Concat(Enumerable.Repeat("{\"name\":", 100)), [400]),
        ("nested 100,000 deep", new string('[', 7_000), [400]),
        ("a lone surrogate", "{\"name\":\"\\ud800\"}", [400, 422]),
        ("an escaped NUL", "{\"name\":\"a\\u0000b\",\"athlete\":\"a\\u0000b\",\"type\":\"RUN\"}", [400, 422]),
        ("a bare control character", "{\"name\":\"a\u0001b\"}", [400]),
        ("a member given twice", "{\"name\":\"a\",\"name\":\"b\"}", [400]),
    ];

    public static IEnumerable<InputCase> All()
    {
        foreach (var (method, path, good, atGateway) in Routes)
        {
            foreach (var (name, body, statuses) in Texts)
            {
                yield return InputCase.Json(name, method, path, body, statuses);
            }

            InputCase Good(string name, params int[] statuses) => InputCase.Json(name, method, path, good, statuses);
            yield return new InputCase("bytes that are no UTF-8", method, path, 400) { Body = [(byte)'{', (byte)'"', 0xC3, 0x28, (byte)'"', (byte)':', (byte)'1', (byte)'}'] };
            yield return new InputCase("UTF-16", method, path, 400, 415) { Body = Encoding.Unicode.GetBytes(good) };
            foreach (var type in new[] { "text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "json", "application/json/x", null })
            {
                yield return Good($"Content-Type {type ?? "missing"}", 415) with { ContentType = type };
            }

            if (atGateway)
            {
                yield return InputCase.Json("9 KiB", method, path, $"{{\"athlete\":\"{new string('a', 9_000)}\"}}", 413);
                continue;
            }

            foreach (var coding in new[] { "br", "deflate", "zstd", "gzip, gzip", "identity, gzip", "x" })
            {
                yield return Good($"Content-Encoding {coding}", 415) with { Headers = CodedAs(coding) };
            }

            yield return Good("gzip that is none", 400) with { Headers = CodedAs("gzip") };
            yield return new InputCase("gzip cut short", method, path, 400) { Body = Gzip(Encoding.UTF8.GetBytes(good))[..20], Headers = CodedAs("gzip") };
            yield return new InputCase("a gzip bomb", method, path, 413) { Body = Bomb.Value, Headers = CodedAs("gzip") };
        }

        yield return new InputCase("33 MiB", "POST", "/activities", 413) { Body = new byte[33 * 1024 * 1024] };
    }

    private static readonly Lazy<byte[]> Bomb = new(() => Gzip(Enumerable.Repeat((byte)' ', 64 * 1024 * 1024).ToArray()));

    private static Dictionary<string, string> CodedAs(string coding) => new() { ["Content-Encoding"] = coding };

    private static byte[] Gzip(byte[] body)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize))
        {
            gzip.Write(body);
        }

        return packed.ToArray();
    }
}
