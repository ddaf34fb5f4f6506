namespace Strava.Inputs.Cases;

/// <summary>The members of the commands on activities, and commands at the wrong moment.</summary>
internal static class ActivityCases
{
    private static readonly string Long = new('x', 201);

    private static readonly string[] NoWords = ["\"SWIM\"", "\"\"", "\"run\"", "0", "1", "true", "[]", "{}", "\"RUN,RIDE\"", "\"RUN \"", "\" PAUSED\"", "\"PAUSED,STOPPED\"", "\"EVERYONE \"", "\"\\ud800\""];

    /// <summary>Member, what it cannot be, status.</summary>
    private static readonly (string Member, string Value, int Status)[] Texts =
    [
        ("name", $"\"{Long}\"", 422), ("name", "\"\"", 422), ("name", "\"   \"", 422), ("name", "7", 400), ("name", "[]", 400),
        ("name", "\"a\\u0000\"", 422), ("timeZone", "\"Foo Bar\"", 422), ("timeZone", "\"../../etc/passwd\"", 422), ("timeZone", "7", 400),
    ];

    private static readonly (string Value, int Status)[] Times =
    [
        ("0", 400), ("\"\"", 400), ("\"soon\"", 400), ("\"2026-02-30T10:00:00Z\"", 400), ("\"1970-01-01T00:00:00Z\"", 422),
        ("\"9999-12-31T23:59:59.999Z\"", 422), ("\"{future}\"", 422),
    ];

    /// <summary>What nobody may set: mass assignment.</summary>
    private static readonly string[] NotTheirs =
        ["athleteId", "userId", "distanceMeters", "version", "isFlagged", "country", "createdAt", "Type", "__proto__", ""];

    public static IEnumerable<InputCase> All() => [.. Create(), .. Change(), .. Routes(), .. Moments()];

    private static IEnumerable<InputCase> Create()
    {
        InputCase Of(string name, string json, params int[] statuses) => InputCase.Json(name, "POST", "/activities", json, statuses);
        yield return Of("no type", "{}", 400);
        foreach (var word in NoWords.Where(word => word != "\"run\""))
        {
            yield return Of($"type {word}", $$"""{"type":{{word}}}""", 400);
            yield return Of($"visibility {word}", $$"""{"type":"RUN","visibility":{{word}}}""", 400);
        }

        foreach (var (member, value, status) in Texts)
        {
            yield return Of($"{member} {value[..Math.Min(value.Length, 20)]}", $$"""{"type":"RUN","{{member}}":{{value}}}""", status);
        }

        foreach (var (value, status) in Times)
        {
            yield return Of($"startedAt {value}", $$"""{"type":"RUN","startedAt":{{value}}}""", status);
        }

        foreach (var id in new[] { "\"\"", "\"7\"", "7", "\"0196f0a0\"", "\"' OR 1=1--\"", "\"{0196f0a0-0000-7000-8000-000000000000}\"" })
        {
            yield return Of($"id {id}", $$"""{"type":"RUN","id":{{id}}}""", 400);
        }

        // What a name may well be: the answer is read back from what was stored.
        foreach (var name in new[] { "\\\"", "\\\\", "\\\\x41", "\\r\\n\\t", "\\u202e\\u200b", "\\ud83d\\ude00", "e\\u0301", "<script>", "'; DROP TABLE activity;--" })
        {
            yield return InputCase.Json($"renamed to {name}", "PATCH", "/activities/{open}", $$"""{"name":"a{{name}}"}""", 200);
        }

        foreach (var key in new[] { "a b", new string('k', 256), new string('k', 9_000) })
        {
            yield return Of($"Idempotency-Key {key[..Math.Min(key.Length, 20)]}", """{"type":"RUN"}""", 400) with
            {
                Headers = new Dictionary<string, string> { ["Idempotency-Key"] = key },
            };
        }

        yield return Of("the empty id", """{"type":"RUN","id":"00000000-0000-0000-0000-000000000000"}""", 422);
        yield return Of("another's id", """{"type":"RUN","id":"{foreign}"}""", 409) with { Code = "activity-exists" };
        yield return Of("a deleted activity's id", """{"type":"RUN","id":"{gone}"}""", 409);
        foreach (var member in NotTheirs)
        {
            yield return Of($"the member '{member}'", $$"""{"type":"RUN","{{member}}":1}""", 400);
        }
    }

    private static IEnumerable<InputCase> Change()
    {
        InputCase Of(string name, string json, params int[] statuses) => InputCase.Json(name, "PATCH", "/activities/{open}", json, statuses);
        yield return Of("nothing to change", "{}", 400);
        foreach (var word in NoWords)
        {
            yield return Of($"state {word}", $$"""{"state":{{word}}}""", 400);
        }

        foreach (var (member, value, status) in Texts.Where(text => text.Member == "name").Append(("description", $"\"{new string('x', 10_001)}\"", 422)))
        {
            yield return Of($"{member} {value[..Math.Min(value.Length, 20)]}", $$"""{"{{member}}":{{value}}}""", status);
        }

        foreach (var (value, status) in Times)
        {
            yield return Of($"at {value}", $$"""{"state":"PAUSED","at":{{value}}}""", status);
        }

        yield return Of("a time before the last change", """{"state":"PAUSED","at":"2001-01-01T00:00:00Z"}""", 422);
        yield return Of("a time without a state", """{"at":"{at}"}""", 400);
        yield return Of("a count without COMPLETE", """{"state":"PAUSED","expectedChunks":1}""", 400);
        foreach (var count in new[] { "\"1\"", "1.5", "99999999999", "1e999", "true" })
        {
            yield return Of($"expectedChunks {count}", $$"""{"state":"COMPLETE","expectedChunks":{{count}}}""", 400, 422);
            yield return Of($"pointCount {count}", $$"""{"state":"COMPLETE","pointCount":{{count}}}""", 400, 422);
        }

        yield return Of("expectedChunks -1", """{"state":"COMPLETE","expectedChunks":-1}""", 422);
        yield return Of("chunks that never came", """{"state":"COMPLETE","at":"{end}","expectedChunks":7}""", 409) with { Code = "chunks-missing" };
        yield return Of("another number of points", """{"state":"COMPLETE","at":"{end}","pointCount":123456}""", 409) with { Code = "points-differ" };
        yield return Of("contentHash abc", """{"state":"COMPLETE","contentHash":"abc"}""", 422);
        foreach (var member in NotTheirs)
        {
            yield return Of($"the member '{member}'", $$"""{"name":"a","{{member}}":1}""", 400);
        }

        foreach (var version in new[] { "\"v999\"", "\"\"", "W/\"v2\"", "v2", "x y z" })
        {
            yield return Of($"If-Match {version}", """{"name":"stale"}""", 412) with { Headers = new Dictionary<string, string> { ["If-Match"] = version } };
        }
    }

    private static IEnumerable<InputCase> Routes()
    {
        InputCase Of(string name, string json, params int[] statuses) => InputCase.Json(name, "POST", "/activities/{open}/routes", json, statuses);
        const string Point = """{"at":"{at}","lat":46,"lon":14}""";
        yield return Of("neither location nor points", "{}", 400);
        yield return Of("both", $$"""{"sequence":1,"location":{{Point}},"points":[{{Point}}]}""", 400);
        yield return Of("points without a sequence", $$"""{"points":[{{Point}}]}""", 400);
        yield return Of("no points", """{"sequence":1,"points":[]}""", 422);
        yield return Of("points that are an object", """{"sequence":1,"points":{}}""", 400);
        foreach (var (value, status) in new[] { ("-1", 422), ("1000000000000", 422), ("9223372036854775807", 422), ("9223372036854775808", 400), ("1.5", 400), ("\"1\"", 400), ("1e999", 400) })
        {
            yield return Of($"sequence {value}", $$"""{"sequence":{{value}},"points":[{{Point}}]}""", status, status == 400 ? 422 : status);
        }

        yield return Of(
            "200,001 points", $$"""{"sequence":1,"points":[{{string.Join(',', Enumerable.Repeat("""{"at":"2026-01-01T00:00:00Z","lat":46,"lon":14}""", 200_001))}}]}""", 413, 422);
    }

    private static IEnumerable<InputCase> Moments()
    {
        const string Location = """{"location":{"at":"{at}","lat":46,"lon":14}}""";
        foreach (var (activity, state) in new[] { ("{created}", "PAUSED"), ("{created}", "RESUMED"), ("{created}", "STOPPED"), ("{created}", "COMPLETE"), ("{open}", "RESUMED"), ("{complete}", "STARTED"), ("{complete}", "PAUSED"), ("{complete}", "RESUMED") })
        {
            // RESUMED holds already where the activity is under way: a repeat, and no error.
            var status = (activity, state) == ("{open}", "RESUMED") ? 200 : 409;
            yield return InputCase.Json($"{state} on {activity}", "PATCH", $"/activities/{activity}", $$"""{"state":"{{state}}","at":"{end}"}""", status) with
            {
                Code = status == 409 ? "activity-state" : null,
            };
        }

        yield return InputCase.Json("a point before the start", "POST", "/activities/{created}/routes", Location, 409) with { Code = "activity-state" };
        yield return InputCase.Json("a point after the end", "POST", "/activities/{complete}/routes", Location, 409) with { Code = "activity-state" };
        foreach (var nobodys in new[] { "{foreign}", "{gone}", "0196f0a0-0000-7000-8000-000000000000" })
        {
            yield return InputCase.Get($"/activities/{nobodys}", 404);
            yield return InputCase.Get($"/activities/{nobodys}/streams", 404);
            yield return InputCase.Get($"/activities/{nobodys}/gpx", 404);
            yield return InputCase.Json("not there or not yours", "PATCH", $"/activities/{nobodys}", """{"name":"mine"}""", 404);
            yield return InputCase.Json("not there or not yours", "POST", $"/activities/{nobodys}/routes", Location, 404);
        }

        yield return new InputCase("another's", "DELETE", "/activities/{foreign}", 404);
    }
}
