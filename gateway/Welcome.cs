using System.Text.Json.Serialization;
using Strava.Gateway.Docs;
using Strava.ServiceDefaults;

namespace Strava.Gateway;

/// <param name="Docs">Where the API can be read and tried; absent in Production.</param>
internal sealed record WelcomeAnswer(
    string Name,
    string About,
    string SignIn,
    string[] Paths,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Docs);

/// <summary>What somebody sees who opens the gateway's bare address.</summary>
internal static class Welcome
{
    private static readonly string[] Paths =
        ["/activities", "/athletes/me", "/leaderboards/{sport}", "/clubs", "/challenges", "/segments"];

    public static void MapWelcome(this WebApplication app)
    {
        var answer = new WelcomeAnswer(
            "Open fitness platform",
            "Runs and rides, recorded offline, shown to friends and ranked. This is its HTTP API.",
            "Authorization: Bearer <token of the configured OpenID Connect issuer>",
            Paths,
            ApiDocuments.AreEnabled(app.Configuration, app.Environment) ? DocsPage.Path : null);
        app.MapGet("/", () => TypedResults.Ok(answer))
            .AllowAnonymous().WithName("Welcome").WithTags("Sign in").WithSummary("What this is");
    }
}
