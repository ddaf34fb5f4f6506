namespace Strava.Access;

/// <summary>
/// Who may do what, by hand. To add a route: write its line here; without one the tests fail. So they do for a line
/// without a route.
/// </summary>
internal static class Rules
{
    public static IReadOnlyList<Rule> All { get; } =
    [
        // First, while the owner's activities fit on one page.
        OfActivity("GET /activities", _ => [200]) with
        {
            Query = "?mode=USER&pageSize=100",
            ShowsTarget = cell => cell is { Actor: Actor.Owner, Target.IsSaved: true },
        },
        OfActivity("GET /activities", _ => [200]) with
        {
            Service = "feed",
            Query = "?mode=FRIENDS&pageSize=100",
            ShowsTarget = cell => cell is { Actor: Actor.Friend, Target: { IsSaved: true, Visibility: not "ONLY_ME" } },
        },

        Own("feed", "GET /feed/local-legends", 200),

        OfActivity("GET /activities/{id}", Reads),
        OfActivity("GET /activities/{id}/streams", Reads),
        OfActivity("GET /activities/{id}/gpx", Reads),
        OfActivity("PATCH /activities/{id}", cell => Writes(cell, 200)),
        OfActivity("PATCH /activities/{id}", cell => Writes(cell, 200)) with { Example = "other words" },
        OfActivity("POST /activities/{id}/routes", cell => Writes(cell, cell.Target!.IsSaved ? 409 : 200)),
        OfActivity("DELETE /activities/{id}", cell => Writes(cell, 204)),

        // An id can be taken once in the whole world, so that phones may make them: a taken one is 409 to everybody, in
        // the same words whatever it hides.
        OfActivity("PUT /activities/{id}/recording", _ => [409]),
        Own("activity", "POST /activities", 201),
        Own("activity", "POST /activities/import", 201, 200),

        Own("leaderboard", "GET /leaderboards/{sport}", 200),

        // A club is everybody's to see and to join; only oneself joins and leaves.
        Own("leaderboard", "POST /clubs", 201),
        Own("leaderboard", "GET /clubs", 200),
        Own("leaderboard", "GET /clubs/{id}", 200),
        Own("leaderboard", "GET /clubs/{id}/leaderboard", 200),
        Own("leaderboard", "PUT /clubs/{id}/members/me", 204),
        Own("leaderboard", "DELETE /clubs/{id}/members/me", 204),

        // A challenge is everybody's; what one does about it is about oneself.
        Own("leaderboard", "POST /challenges", 201),
        Own("leaderboard", "GET /challenges", 200),
        Own("leaderboard", "GET /challenges/{id}", 200),
        Own("leaderboard", "PUT /challenges/{id}/participants/me", 201, 200),
        Own("leaderboard", "DELETE /challenges/{id}/participants/me", 204),
        Own("leaderboard", "GET /challenges/{id}/leaderboard", 200),
        Own("leaderboard", "GET /challenges/{id}/rank", 200),

        // A segment is everybody's to see; its maker changes it.
        Own("locallegend", "POST /segments", 201, 200),
        Own("locallegend", "GET /segments", 200),
        Own("locallegend", "GET /segments/{id}", 200),
        new("locallegend", "PATCH /segments/{id}", cell => cell.Actor == Actor.Owner ? [200] : [403]),
        Own("locallegend", "GET /segments/{id}/local-legend", 200),
        Own("locallegend", "GET /segments/{id}/histogram", 200),
        Own("locallegend", "GET /segments/{id}/leaderboard", 200),
        Own("locallegend", "GET /segments/{id}/efforts", 200),
        Own("locallegend", "GET /local-legends/opt-out", 200),
        Own("locallegend", "PUT /local-legends/opt-out", 204),
        Own("locallegend", "DELETE /local-legends/opt-out", 204),

        Own("athlete", "GET /athletes/me", 200) with { NamesCaller = true },
        Own("athlete", "PATCH /athletes/me", 200) with { NamesCaller = true },
        Own("athlete", "GET /athletes/me/friends", 200),
        new("athlete", "GET /athletes/me/friends/{athleteId}", cell => cell.Actor == Actor.Friend ? [200] : [404]),

        // Of somebody whom nobody has asked yet; it says nothing about anybody else.
        Own("athlete", "PUT /athletes/me/friends/{athleteId}", 201),
        Own("athlete", "DELETE /athletes/me/friends/{athleteId}", 204),

        Open("GET /"),
        Open("POST /dev/token"),
        Open("GET /.well-known/openid-configuration"),
        Open("GET /.well-known/jwks.json"),
    ];

    /// <summary>Routes that are no operations of the API, by service; each is open or handed on to a service.</summary>
    public static IReadOnlyList<string> OtherRoutes(string service) => service switch
    {
        "gateway" => Gateway,
        "athlete" => Everywhere,
        "activity" => [.. Everywhere, .. Rebuilds, "GET /internal/tracks/{id}"],
        "leaderboard" => [.. Everywhere, .. Rebuilds, .. Flags, "POST /admin/challenges/{id}/corrections"],
        "locallegend" => [.. Everywhere, .. Rebuilds, .. Flags, .. LegendsOff],
        _ => [.. Everywhere, .. Rebuilds],
    };

    private static readonly string[] Everywhere =
        ["* /health/live", "* /health/ready", "GET /openapi/{documentName}.json"];

    // Not found but on the management port, whoever asks.
    private static readonly string[] Rebuilds =
        ["POST /admin/rebuilds", "GET /admin/rebuilds/{id}", "DELETE /admin/rebuilds/{id}"];

    private static readonly string[] Flags =
        ["GET /admin/flags", "PUT /admin/flags/{athleteId}", "DELETE /admin/flags/{athleteId}"];

    private static readonly string[] LegendsOff =
        ["GET /admin/legends-off", "PUT /admin/legends-off/{segmentId}", "DELETE /admin/legends-off/{segmentId}"];

    private static readonly string[] Gateway =
    [
        .. Everywhere,
        .. Both("/docs", "/docs/docs.css", "/docs/docs.js", "/docs/documents"),
        .. Both("/openapi/activity.json", "/openapi/athlete.json", "/openapi/feed.json"),
        .. Both("/openapi/leaderboard.json", "/openapi/locallegend.json"),

        // Handed on; the service's own rules are above.
        .. Both("/activities"),
        "* /activities/import", "* /activities/{**rest}", "* /activities/{id}/recording", "* /activities/{id}/routes",
        "* /athletes/{**rest}", "* /leaderboards/{**rest}", "* /clubs/{**rest}", "* /challenges/{**rest}",
        "* /segments/{**rest}", "* /local-legends/{**rest}", "* /feed/{**rest}",
    ];

    private static IEnumerable<string> Both(params string[] paths) =>
        paths.SelectMany(path => new[] { $"GET {path}", $"HEAD {path}" });

    private static int[] Reads(Cell cell) => cell.SeesTarget ? [200] : [404];

    private static int[] Writes(Cell cell, int owners) => cell switch
    {
        { Actor: Actor.Owner } => [owners],
        { SeesTarget: true } => [403],
        _ => [404],
    };

    private static Rule OfActivity(string operation, Func<Cell, int[]> expected) =>
        new("activity", operation, expected) { IsAboutActivity = true };

    /// <summary>About the caller alone: the same for everyone who is signed in.</summary>
    private static Rule Own(string service, string operation, params int[] statuses) =>
        new(service, operation, _ => statuses);

    private static Rule Open(string operation) => new("gateway", operation, _ => [200]) { IsOpen = true };
}
