namespace Strava.Inputs.Cases;

/// <summary>Making, joining and reading challenges.</summary>
internal static class ChallengeCases
{
    private const string Nothing = "0196f0a0-0000-7000-8000-000000000000";

    private static readonly string[] NoCursors =
        ["", "zzz", "%00", "MQ", "\u0027 OR 1=1", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", new('A', 38), "____________________________________-w"];

    private static readonly (string Member, string Value, int Status)[] Members =
    [
        ("name", "\"\"", 422), ("name", "\" \"", 422), ("name", $"\"{new string('x', 201)}\"", 422), ("name", "\"a\\u0000b\"", 422), ("name", "7", 400), ("name", "null", 400),
        ("metric", "\"speed\"", 400), ("metric", "1", 400), ("metric", "null", 400), ("metric", "\"distance,count\"", 400),
        ("sports", "[]", 422), ("sports", "[\"RUN\",\"RUN\"]", 422), ("sports", "[\"SWIM\"]", 400), ("sports", "\"RUN\"", 400), ("sports", "[null]", 400), ("sports", "{}", 400),
        ("startsOn", "\"2026-02-30\"", 400), ("startsOn", "\"0001-01-01\"", 422), ("startsOn", "\"9999-12-31\"", 422), ("startsOn", "7", 400), ("startsOn", "null", 400),
        ("endsOn", "\"1999-01-01\"", 422), ("endsOn", "\"9999-12-31\"", 422), ("endsOn", "\"x\"", 400), ("endsOn", "\"2026-01-01T00:00:00Z\"", 400),
        ("goal", "0", 422), ("goal", "-1", 422), ("goal", "1e10", 422), ("goal", "1e999", 422), ("goal", "\"NaN\"", 400), ("goal", "NaN", 400), ("goal", "[]", 400),
        ("scope", "\"\"", 400), ("scope", "\"moon\"", 400), ("scope", "\"country:\"", 400), ("scope", "\"country:usa\"", 400), ("scope", "\"country:S\\u0000\"", 400), ("scope", "7", 400),
        ("id", "\"00000000-0000-0000-0000-000000000000\"", 422), ("id", "\"x\"", 400), ("id", "7", 400),
        ("creator", "\"x\"", 400), ("state", "\"FINAL\"", 400), ("country", "\"SI\"", 400), ("Name", "\"x\"", 400),
    ];

    public static IEnumerable<InputCase> All()
    {
        foreach (var (member, value, status) in Members)
        {
            int[] statuses = value.Contains("u0000", StringComparison.Ordinal) ? [400, 422] : [status];
            yield return Post($"{member} {value[..Math.Min(20, value.Length)]}", Body(member, value), statuses);
        }

        foreach (var body in new[] { "", "null", "[]", "7", "{", "{}" })
        {
            yield return Post($"the body {body}", body, 400);
        }

        yield return Post("an oversized body", $$"""{"name":"{{new string('x', 2_000_000)}}"}""", 413);
        foreach (var id in new[] { "7", "abc", "%00", "null", "..%2f..%2fetc", "0196f0a0-0000-7000-8000-00000000000g", Nothing })
        {
            foreach (var path in new[] { "", "/leaderboard", "/rank" })
            {
                yield return InputCase.Get($"/challenges/{id}{path}", 400, 404) with { IsProblem = id != "%00" };
            }

            yield return new InputCase("", "PUT", $"/challenges/{id}/participants/me", 400, 404) { IsProblem = id != "%00" };
            yield return new InputCase("", "DELETE", $"/challenges/{id}/participants/me", 400, 404) { IsProblem = id != "%00" };
        }

        (string Path, string[] Values)[] queries =
        [
            ("/challenges/{challenge}/leaderboard?country", ["", "si", "SIX", "S", "%00%00", "11", "S%C4%B0"]),
            ("/challenges/{challenge}/leaderboard?top", ["0", "-1", "101", "1e1", "NaN", "", "99999999999"]),
            ("/challenges/{challenge}/leaderboard?cursor", [.. NoCursors.Select(Uri.EscapeDataString)]),
            ("/challenges/{challenge}/rank?score", ["", "0", "-1", "NaN", "Infinity", "1e999", "1e10", "abc", "1,5"]),
            ("/challenges/{challenge}/rank?country", ["si", "", "%00"]),
            ("/challenges?state", ["", "FINAL", "closed", "0"]), ("/challenges?sport", ["", "SWIM", "0"]),
            ("/challenges?cursor", [.. NoCursors.Select(Uri.EscapeDataString)]),
            ("/challenges?joined", ["", "1", "yes"]), ("/challenges?page", ["0", "-1", "abc"]), ("/challenges?pageSize", ["0", "101"]),
        ];
        foreach (var (path, values) in queries)
        {
            foreach (var value in values)
            {
                yield return InputCase.Get($"{path}={value}", 400);
            }
        }

        foreach (var (method, path) in new[]
        {
            ("PUT", "/challenges"), ("DELETE", "/challenges/{challenge}"), ("PATCH", "/challenges/{challenge}"), ("POST", "/challenges/{challenge}/participants/me"),
            ("PUT", "/challenges/{challenge}/participants/{stranger}"), ("POST", "/challenges/{challenge}/corrections"), ("POST", "/admin/challenges/{challenge}/corrections"),
        })
        {
            yield return new InputCase("", method, path, 404, 405);
        }
    }

    /// <summary>A body that is right but for one member.</summary>
    private static string Body(string member, string value)
    {
        var members = new Dictionary<string, string>
        {
            ["name"] = "\"x\"",
            ["metric"] = "\"distance\"",
            ["startsOn"] = "\"{today}\"",
            ["endsOn"] = "\"{nextWeek}\"",
            [member] = value,
        };
        return $"{{{string.Join(',', members.Select(one => $"\"{one.Key}\":{one.Value}"))}}}";
    }

    private static InputCase Post(string name, string json, params int[] statuses) => InputCase.Json(name, "POST", "/challenges", json, statuses);
}
