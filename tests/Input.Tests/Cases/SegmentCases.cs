namespace Strava.Inputs.Cases;

/// <summary>Making, finding, changing and reading segments and their legends.</summary>
internal static class SegmentCases
{
    public const string Right =
        """{"name":"x","type":"RUN","timeZone":"UTC","points":[{"lat":46,"lon":14},{"lat":46.01,"lon":14}]}""";

    public const string RightToo =
        """{"name":"x","type":"RUN","timeZone":"UTC","points":[{"lat":46,"lon":15},{"lat":46.01,"lon":15}]}""";

    private const string Nothing = "0196f0a0-0000-7000-8000-000000000000";

    private static readonly (string Member, string Value, int Status)[] Members =
    [
        ("name", "null", 400), ("name", "7", 400), ("name", "\"\"", 422), ("name", "\" \"", 422), ("name", "\"a\\nb\"", 422), ("name", $"\"{new string('x', 101)}\"", 422),
        ("type", "null", 400), ("type", "\"SWIM\"", 400), ("type", "1", 400), ("type", "\"\"", 400),
        ("timeZone", "\"Moon/Sea\"", 422), ("timeZone", "\"../etc/passwd\"", 422), ("timeZone", "\"\"", 422), ("timeZone", "7", 400), ("timeZone", $"\"{new string('x', 500)}\"", 422),
        ("id", "\"00000000-0000-0000-0000-000000000000\"", 422), ("id", "\"x\"", 400), ("id", "7", 400), ("id", "\"{foreignSegment}\"", 409), ("id", "\"{hiddenSegment}\"", 409),
        ("points", "null", 400), ("points", "[]", 422), ("points", "{}", 400), ("points", "[null,null]", 400), ("points", "[7]", 400), ("points", "[{}]", 422),
        ("points", "[{},{}]", 400), ("points", """[{"lat":46,"lon":14}]""", 422), ("points", """[{"lat":46,"lon":14},{"lat":46,"lon":14}]""", 422),
        ("points", """[{"lat":46,"lon":14},{"lat":46.0005,"lon":14}]""", 422), ("points", """[{"lat":46,"lon":14},{"lat":48,"lon":14}]""", 422),
        ("points", """[{"lat":91,"lon":14},{"lat":46,"lon":14}]""", 422), ("points", """[{"lat":46,"lon":181},{"lat":46,"lon":14}]""", 422),
        ("points", """[{"lat":NaN,"lon":14},{"lat":46,"lon":14}]""", 400), ("points", """[{"lat":"46","lon":14},{"lat":46,"lon":14}]""", 400),
        ("points", """[{"lat":1e999,"lon":14},{"lat":46,"lon":14}]""", 422), ("points", """[{"lat":46,"lon":null},{"lat":46,"lon":14}]""", 400),
        ("activityId", $"\"{Nothing}\"", 400), ("activityId", "7", 400), ("fromSeconds", "1", 400), ("toSeconds", "\"1\"", 400), ("number", "1", 400), ("Name", "\"x\"", 400),
        ("madeBy", "\"{stranger}\"", 400), ("state", "\"OPEN\"", 400),
    ];

    private static readonly (string Name, string Members, int[] Statuses)[] Slices =
    [
        ("nothing", $"\"activityId\":\"{Nothing}\"", [404]), ("another's", "\"activityId\":\"{foreign}\"", [404]), ("a deleted one", "\"activityId\":\"{gone}\"", [404]),
        ("no id", "\"activityId\":\"x\"", [400]), ("neither", "\"fromSeconds\":1", [400]), ("backwards", "\"activityId\":\"{complete}\",\"fromSeconds\":9,\"toSeconds\":3", [422]),
        ("before its start", "\"activityId\":\"{complete}\",\"fromSeconds\":-1", [422]), ("beyond any end", "\"activityId\":\"{complete}\",\"toSeconds\":1e9", [422]),
        ("without points", "\"activityId\":\"{complete}\"", [404, 409, 422]),
    ];

    public static IEnumerable<InputCase> All()
    {
        foreach (var (member, value, status) in Members)
        {
            yield return Post($"{member} {value[..Math.Min(24, value.Length)]}", Body(member, value), status);
        }

        foreach (var (name, members, statuses) in Slices)
        {
            yield return Post($"a slice of {name}", $$"""{"name":"x","timeZone":"UTC",{{members}}}""", statuses);
        }

        foreach (var body in new[] { "", "null", "[]", "7", "{", "{}" })
        {
            yield return Post($"the body {body}", body, 400);
            yield return InputCase.Json($"the body {body}", "PATCH", "/segments/{segment}", body, 400);
        }

        var many = string.Join(',', Enumerable.Range(0, 10_001).Select(i => $$"""{"lat":46.{{i:00000}},"lon":14}"""));
        yield return Post("10,001 points", Body("points", $"[{many}]"), 422);
        yield return Post("an oversized body", $$"""{"name":"{{new string('x', 2_000_000)}}"}""", 413);
        yield return Post("NUL", Body("name", "\"a\\u0000b\""), 400, 422);
        foreach (var (body, status) in new[]
        {
            ("""{"name":""}""", 422), ("""{"name":7}""", 400), ("""{"hidden":"yes"}""", 400), ("""{"hidden":1}""", 400), ("""{"state":"OPEN"}""", 400),
            ("""{"legendsOff":true}""", 400), ("""{"name":null}""", 400), ($$"""{"name":"{{new string('x', 101)}}"}""", 422),
        })
        {
            yield return InputCase.Json(body[..Math.Min(24, body.Length)], "PATCH", "/segments/{segment}", body, status);
        }

        yield return InputCase.Json("another's", "PATCH", "/segments/{foreignSegment}", """{"name":"mine"}""", 403);
        yield return InputCase.Json("another's hidden one", "PATCH", "/segments/{hiddenSegment}", """{"hidden":false}""", 404);
        foreach (var id in new[] { "7", "abc", "%00", "null", "..%2f..%2fetc", "0196f0a0-0000-7000-8000-00000000000g", Nothing, "{hiddenSegment}" })
        {
            foreach (var path in Reads)
            {
                yield return InputCase.Get($"/segments/{id}{path}", 400, 404) with { IsProblem = id != "%00" };
            }
        }

        foreach (var (path, values) in Queries)
        {
            foreach (var value in values)
            {
                yield return InputCase.Get($"{path}={value}", 400);
            }
        }

        foreach (var (method, path) in new[]
        {
            ("PUT", "/segments"), ("DELETE", "/segments/{segment}"), ("PUT", "/segments/{segment}"), ("POST", "/segments/{segment}/efforts"),
            ("PUT", "/segments/{segment}/local-legend"), ("PUT", "/admin/legends-off/{segment}"), ("PUT", "/admin/flags/{me}"),
            ("POST", "/local-legends/opt-out"), ("PUT", "/local-legends/opt-out/{stranger}"), ("GET", "/local-legends"),
        })
        {
            yield return new InputCase("", method, path, 404, 405);
        }
    }

    private static readonly string[] Reads = ["", "/local-legend", "/histogram", "/leaderboard", "/efforts"];

    private static readonly string[] NoCursors =
        ["", "zzz", "%00", "MQ", "' OR 1=1", new('A', 37), new('A', 38), "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==", new('_', 38)];

    private static (string Path, string[] Values)[] Queries =>
    [
        ("/segments?bbox",
        [
            "", "1,2,3", "1,2,3,4,5", "a,b,c,d", "NaN,0,1,1", "0,NaN,1,1", "Infinity,0,1,1", "-181,0,1,1", "0,0,181,1", "0,-91,1,1", "0,0,1,91", "0,2,1,1", "1e1,0,1,1",
            "%00", "0;0;1;1", "0,0,1", ",,,", "0x1,0,1,1", new('1', 500),
        ]),
        ("/segments?type", ["", "SWIM", "0", "RUN,RIDE"]),
        ("/segments/{segment}/leaderboard?window", ["", "week", "YEAR", "all,year", "%00", "2026"]),
        ("/segments/{segment}/leaderboard?friends", ["", "1", "yes", "TRUE"]),
        ("/segments/{segment}/leaderboard?top", ["", "0", "-1", "101", "1e1", "NaN", "99999999999"]),
        ("/segments/{segment}/leaderboard?cursor", [.. NoCursors.Select(Uri.EscapeDataString)]),
        ("/segments/{segment}/efforts?mine", ["", "false", "1", "{stranger}"]),
        ("/segments/{segment}/efforts?pageSize", ["", "0", "101", "x"]),
        ("/segments/{segment}/efforts?cursor", [.. NoCursors.Select(Uri.EscapeDataString)]),
        ("/segments?limit", ["", "0", "-1", "101", "1e1", "NaN", "99999999999", "1.5"]),
    ];

    /// <summary>A body that is right but for one member.</summary>
    private static string Body(string member, string value)
    {
        var members = new Dictionary<string, string>
        {
            ["name"] = "\"x\"",
            ["type"] = "\"RUN\"",
            ["timeZone"] = "\"UTC\"",
            ["points"] = """[{"lat":47,"lon":14},{"lat":47.01,"lon":14}]""",
            [member] = value,
        };
        return $"{{{string.Join(',', members.Select(one => $"\"{one.Key}\":{one.Value}"))}}}";
    }

    private static InputCase Post(string name, string json, params int[] statuses) => InputCase.Json(name, "POST", "/segments", json, statuses);
}
