namespace Strava.Gateway;

/// <summary>What somebody sees who opens the gateway's bare address.</summary>
internal static class Welcome
{
    private static readonly string[] Paths =
        ["/activities", "/athletes/me", "/leaderboards/{sport}", "/clubs", "/challenges", "/segments"];

    public static void MapWelcome(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", () => TypedResults.Ok(new
        {
            name = "Open fitness platform",
            about = "Runs and rides, recorded offline, shown to friends and ranked. This is its HTTP API.",
            signIn = "Authorization: Bearer <token of the configured OpenID Connect issuer>",
            paths = Paths,
        })).AllowAnonymous();
    }
}
