using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Strava.Contracts.Rest;
using Strava.Core.Idempotency;
using Strava.LocalLegends.Efforts;
using Strava.ServiceDefaults;

namespace Strava.LocalLegends.Reading;

/// <summary>
/// <c>PUT</c> and <c>DELETE /local-legends/opt-out</c>: 204, also where it is so already. They only say what is wanted;
/// it is carried over to the efforts there are within seconds, and new ones heed it at once.
/// </summary>
internal static class OptOut
{
    public static void MapOptOut(this WebApplication app)
    {
        var me = app.MapGroup("/local-legends/opt-out").WithTags("Local Legends");
        me.MapGet("", GetAsync).WithName("GetLegendOptOut").WithSummary("Whether you take part in Local Legends");
        me.MapPut("", ChangeAsync).WithName("OptOutOfLegends").WithSummary("No longer take part in Local Legends")
            .WithDescription("You leave every legend and histogram. Your fastest times stay on the leaderboards.");
        me.MapDelete("", ChangeAsync).WithName("OptInToLegends").WithSummary("Take part in Local Legends again")
            .WithDescription("What you have done in the last 90 days counts again.");
    }

    private static async Task<Ok<LegendOptOut>> GetAsync(
        ClaimsPrincipal caller, Standings standings, CancellationToken cancellationToken) =>
        TypedResults.Ok(new LegendOptOut(await standings.IsOptedOutAsync(caller.AthleteId(), cancellationToken)));

    private static async Task<NoContent> ChangeAsync(
        ClaimsPrincipal caller, NpgsqlDataSource database, HttpContext http, CancellationToken cancellationToken)
    {
        var answer = TypedResults.NoContent();
        await using var batch = database.CreateBatch();
        Standings.AddOptOut(batch, caller.AthleteId(), isOptedOut: HttpMethods.IsPut(http.Request.Method));
        batch.Keep(http, answer);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return answer;
    }
}
