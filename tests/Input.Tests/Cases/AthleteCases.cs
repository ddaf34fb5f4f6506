namespace Strava.Inputs.Cases;

/// <summary>Profiles, friends and the development issuer.</summary>
internal static class AthleteCases
{
    private static readonly string[] NoTexts = ["7", "true", "[]", "{}", "1e999"];

    private static readonly (string Member, string Value, int Status)[] Profile =
    [
        ("name", "\"\"", 422), ("name", "\"  \"", 422), ("name", $"\"{new string('x', 101)}\"", 422), ("name", "\"a\\u0000b\"", 422), ("name", "\"a\\nb\"", 422),
        ("country", "\"XX\"", 422), ("country", "\"USA\"", 422), ("country", "\"1\"", 422), ("country", "\"\\u0000\"", 422), ("country", "\"S\u0130\"", 422),
        ("region", "\"US-CA\"", 422), ("region", "\"SI-\"", 422), ("region", "\"SI-12345\"", 422), ("region", "\"'; DROP TABLE profile;--\"", 422),
        ("city", $"\"{new string('x', 101)}\"", 422), ("city", "\"a\\u0007\"", 422),
        ("timeZone", "\"Foo/Bar\"", 422), ("timeZone", "\"../../etc/passwd\"", 422), ("timeZone", "\"/etc/localtime\"", 422), ("timeZone", "\"posix/UTC\"", 422), ("timeZone", "\"UTC+99\"", 422),
        ("units", "\"KELVIN\"", 400), ("units", "0", 400), ("units", "1", 400), ("defaultVisibility", "\"SOME\"", 400), ("defaultVisibility", "3", 400),
    ];

    public static IEnumerable<InputCase> All()
    {
        foreach (var (member, value, status) in Profile)
        {
            yield return Patch($"{member} {value[..Math.Min(20, value.Length)]}", $$"""{"{{member}}":{{value}}}""", status);
        }

        foreach (var member in new[] { "name", "country", "region", "city", "timeZone", "units", "defaultVisibility" })
        {
            foreach (var value in NoTexts)
            {
                yield return Patch($"{member} {value}", $$"""{"{{member}}":{{value}}}""", 400);
            }
        }

        foreach (var member in new[] { "id", "version", "athleteId", "isAdmin", "email", "Name" })
        {
            yield return Patch($"the member {member}", $$"""{"city":"x","{{member}}":"x"}""", 400);
        }

        yield return Patch("a stale version", """{"city":"x"}""", 412) with { Headers = new Dictionary<string, string> { ["If-Match"] = "\"v999\"" } };
        foreach (var method in new[] { "PUT", "DELETE" })
        {
            yield return new InputCase("myself", method, "/athletes/me/friends/{me}", 422) { Code = "befriend-yourself" };
        }

        yield return new InputCase("nobody", "PUT", "/athletes/me/friends/0196f0a0-0000-7000-8000-000000000000", 404);
        yield return InputCase.Get("/athletes/me/friends/{stranger}", 404);

        foreach (var (body, statuses) in new (string, int[])[]
        {
            ("{}", [400]), ("""{"athlete":null}""", [400]), ("""{"athlete":7}""", [400]), ("""{"athlete":""}""", [422]), ("""{"athlete":"  "}""", [422]),
            ($$"""{"athlete":"{{new string('x', 101)}}"}""", [422]), ("""{"athlete":"a\u0000b"}""", [422]), ("""{"athlete":"a\nb"}""", [422]),
            ("""{"athlete":"demo","country":"usa"}""", [422]), ("""{"athlete":"demo","country":"XX"}""", [422]), ("""{"athlete":"demo","country":7}""", [400]),
            ("""{"athlete":"demo","country":"SI","region":""}""", [422]), ("""{"athlete":"demo","country":"SI","region":"US-CA"}""", [422]),
            ("""{"athlete":"demo","city":"a\u0001"}""", [422]), ("""{"athlete":"demo","city":[]}""", [400]),
            ("""{"athlete":"demo","sub":"x"}""", [400]), ("""{"athlete":"demo","athlete":"other"}""", [400]),
        })
        {
            yield return InputCase.Json(body[..Math.Min(60, body.Length)], "POST", "/dev/token", body, statuses);
        }
    }

    private static InputCase Patch(string name, string json, params int[] statuses) => InputCase.Json(name, "PATCH", "/athletes/me", json, statuses);
}
