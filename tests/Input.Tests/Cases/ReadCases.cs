namespace Strava.Inputs.Cases;

/// <summary>Queries and ids.</summary>
internal static class ReadCases
{
    private static readonly string[] NoPages = ["-1", "0", "1.5", "1e9", "1000000000", "99999999999", "abc", "", " ", "0x1", "%31%30%30%30%30%30%31", "1&page=2", "%00", "١"];

    private static readonly string[] NoIds =
        ["7", "abc", "'%20OR%201=1--", "0196f0a0", "0196f0a0-0000-7000-8000-00000000000g", "%00", "..%2f..%2fetc", "null", "-1", "%ff", "%F0%9F%98%80"];

    private static readonly string[] NoCursors = ["", "zzz", "AAAA", "%00", "MQ", "' OR 1=1", "eyJhIjoxfQ", "OTk5OTk5OTk5OTk5OTk5OTk5OTku", "-", "MTIzLjQ1Ng",
        // What the framework's check calls valid and its decoder throws on; found by the fuzzer.
        "AApvBbRxbPcckCUFh3B1sg=", "AApv BbRxbPcckCUFh3B1sg", "GysgHVviJFIpAAuIxo9shRg-KRTuCP_e\u0009", "MTIz="];

    // A NUL in a path is refused by the HTTP server itself, before there is a request that could be answered as a
    // problem.
    public static IEnumerable<InputCase> All() =>
        Reads().Select(one => one with { IsProblem = !one.Path.Split('?')[0].Contains("%00", StringComparison.Ordinal) });

    private static IEnumerable<InputCase> Reads()
    {
        foreach (var list in new[] { "/activities?mode=USER", "/activities?mode=FRIENDS", "/athletes/me/friends?x=y" })
        {
            foreach (var page in NoPages)
            {
                yield return InputCase.Get($"{list}&page={page}", 400);
                yield return InputCase.Get($"{list}&pageSize={page.Replace("page", "pageSize", StringComparison.Ordinal)}", 400);
            }

            yield return InputCase.Get($"{list}&pageSize=101", 400);
        }

        foreach (var cursor in NoCursors.Append(new string('A', 4_000)))
        {
            yield return InputCase.Get($"/activities?mode=USER&cursor={Uri.EscapeDataString(cursor)}", 400);
            yield return InputCase.Get($"/activities?mode=FRIENDS&cursor={Uri.EscapeDataString(cursor)}", 400);
        }

        foreach (var cursor in NoCursors)
        {
            yield return InputCase.Get($"/feed/local-legends?cursor={Uri.EscapeDataString(cursor)}", 400);
        }

        foreach (var page in NoPages.Append("2"))
        {
            yield return InputCase.Get($"/feed/local-legends?page={page}", 400);
        }

        foreach (var mode in new[] { "ALL", "", "USER,FRIENDS", "%00", "USER&mode=FRIENDS" })
        {
            yield return InputCase.Get($"/activities?mode={mode}", 400);
        }

        foreach (var id in NoIds.Append(new string('a', 2_000)))
        {
            yield return InputCase.Get($"/activities/{id}", 400, 404);
            yield return InputCase.Get($"/activities/{id}/streams", 400, 404);
            yield return InputCase.Get($"/activities/{id}/gpx", 400, 404);
            yield return new InputCase("", "DELETE", $"/activities/{id}", 400, 404, 405);
            yield return InputCase.Get($"/athletes/me/friends/{id}", 400, 404);
            yield return new InputCase("", "PUT", $"/athletes/me/friends/{id}", 400, 404);
        }

        foreach (var board in Boards())
        {
            yield return board;
        }

        foreach (var path in new[] { "/nothing", "/activities/import", "/activities/{open}/nothing", "/internal/events", "/.git/config", "/health/ready/x", "//", "/activities/{open}/gpx/x" })
        {
            yield return InputCase.Get(path, 404, 405);
        }

        foreach (var (method, path) in new[] { ("PUT", "/activities"), ("DELETE", "/activities"), ("POST", "/activities/{open}"), ("PUT", "/activities/{open}"), ("DELETE", "/athletes/me"), ("POST", "/leaderboards/RUN"), ("GET", "/dev/token"), ("DELETE", "/activities/{open}/routes"), ("PATCH", "/activities/{open}/gpx"), ("FOO", "/activities") })
        {
            yield return new InputCase("", method, path, 404, 405);
        }
    }

    private static IEnumerable<InputCase> Boards()
    {
        foreach (var sport in new[] { "SWIM", "0", "%00", "RUN,RIDE", "'", new string('R', 1_000) })
        {
            yield return InputCase.Get($"/leaderboards/{sport}", 400, 404);
        }

        (string Member, string[] Values)[] queries =
        [
            ("place", ["", "moon", "country:", "country:USA", "country:u", "country:%00", "region:US", "region:CA", "city:", "global:x", ":", "country:US:CA"]),
            ("window", ["", "hour", "WEEK", "0", "week,month", "%00"]),
            ("window=week&period", ["", "2026-W54", "2026-W00", "2026-11", "9999-W99", "abc", "-1", "2026-W47-1"]),
            ("window=month&period", ["2026-13", "2026-00", "2026", "20261"]),
            ("window=day&period", ["2026-02-30", "9999-12-32", "0000-00-00", "2026-11"]),
            ("window=year&period", ["0", "99999", "-2026", "26"]),
            ("window=24h&period", ["2026-11", "24h"]),
            ("from", ["", "2026-11-01", "x"]),
            ("from=2026-11-01&to", ["", "2026-10-31", "x", "NaN", "2029-01-01", "9999-12-31", "2026-11-02T00:00:00Z"]),
            ("from=2026-11-01T00:00:00Z&to", ["2026-11-01", "2026-11-01T00:00:00Z", "2026-11-02T00:00:00", "2026-13-02T00:00:00Z", "9999-12-31T23:59:59Z"]),
            ("window=week&from=2026-11-01&to", ["2026-11-02"]),
            ("cursor", [.. NoCursors.Select(Uri.EscapeDataString)]),
            ("top", ["-1", "0", "101", "1e9", "NaN", "99999999999", "", "1.5"]),
        ];
        foreach (var (member, values) in queries)
        {
            foreach (var value in values)
            {
                yield return InputCase.Get($"/leaderboards/RUN?{member}={value}", 400);
            }
        }
    }
}
