namespace Strava.Inputs.Cases;

/// <summary>Clubs, their lists and their boards.</summary>
internal static class ClubCases
{
    private static readonly string[] NoIds = ["7", "abc", "'%20OR%201=1--", "0196f0a0-0000-7000-8000-00000000000g", "null", "-1", "%ff", "{me}x"];

    private static readonly string[] NoCursors = ["", "zzz", "AAAA", "%00", "' OR 1=1", "AApvBbRxbPcckCUFh3B1sg=", "_____________________________"];

    private static readonly (string Name, string Body, int Status)[] Bodies =
    [
        ("no members", "{}", 400), ("no sport", """{"name":"x"}""", 400), ("no name", """{"sport":"RUN"}""", 400),
        ("an unknown sport", """{"name":"x","sport":"SWIM"}""", 400), ("a sport as a number", """{"name":"x","sport":1}""", 400),
        ("a name as a number", """{"name":7,"sport":"RUN"}""", 400), ("a blank name", """{"name":" ","sport":"RUN"}""", 422),
        ("an empty name", """{"name":"","sport":"RUN"}""", 422), ("a control character", """{"name":"a\nb","sport":"RUN"}""", 422),
        ("a long name", $$"""{"name":"{{new string('x', 101)}}","sport":"RUN"}""", 422), ("NUL", """{"name":"a\u0000b","sport":"RUN"}""", 422),
        ("an id of its own", """{"name":"x","sport":"RUN","id":"0196f0a0-0000-7000-8000-000000000000"}""", 400),
        ("a count of members", """{"name":"x","sport":"RUN","members":1000000}""", 400),
    ];

    public static IEnumerable<InputCase> All()
    {
        foreach (var (name, body, status) in Bodies)
        {
            yield return InputCase.Json(name, "POST", "/clubs", body, status);
        }

        foreach (var id in NoIds)
        {
            yield return InputCase.Get($"/clubs/{id}", 400, 404);
            yield return InputCase.Get($"/clubs/{id}/leaderboard", 400, 404);
            yield return new InputCase("", "PUT", $"/clubs/{id}/members/me", 400, 404);
            yield return new InputCase("", "DELETE", $"/clubs/{id}/members/me", 400, 404);
        }

        foreach (var (method, path) in new[] { ("GET", ""), ("GET", "/leaderboard"), ("PUT", "/members/me"), ("DELETE", "/members/me") })
        {
            yield return new InputCase("nothing there", method, $"/clubs/{{new}}{path}", 404);
        }

        // Nobody is put into a club by another.
        yield return new InputCase("somebody else", "PUT", "/clubs/{club}/members/{stranger}", 404, 405);
        yield return new InputCase("", "POST", "/clubs/{club}/members/me", 404, 405);
        yield return new InputCase("", "DELETE", "/clubs/{club}", 404, 405);
        (string Member, string[] Values)[] queries =
        [
            ("week", ["", "next", "THIS", "2026-W47", "this,last", "%00"]),
            ("sort", ["", "speed", "DISTANCE", "0", "distance,elevation", "%00", "averagePace%20"]),
            ("top", ["-1", "0", "101", "1e9", "NaN", "99999999999", "", "1.5"]),
            ("page", ["0", "-1", "100001", "x"]),
            ("cursor", [.. NoCursors.Select(Uri.EscapeDataString)]),
        ];
        foreach (var (member, values) in queries)
        {
            foreach (var value in values)
            {
                yield return InputCase.Get($"/clubs/{{club}}/leaderboard?{member}={value}", 400);
            }
        }

        foreach (var query in (string[])
            ["sport=SWIM", "sport=", "member=you", "member=", $"name={new string('x', 101)}", "name=%00", "name=%0A", "page=0", "pageSize=101",
                .. NoCursors.Select(cursor => $"cursor={Uri.EscapeDataString(cursor)}")])
        {
            yield return InputCase.Get($"/clubs?{query}", 400);
        }
    }
}
