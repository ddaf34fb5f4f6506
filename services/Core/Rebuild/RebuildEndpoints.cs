using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Strava.ServiceDefaults;
using Strava.ServiceDefaults.Running;

namespace Strava.Core.Rebuild;

/// <param name="RefuseDifferences">Fail instead of swapping when live and copy differ.</param>
internal sealed record BeginRebuild(bool RefuseDifferences = false);

/// <summary>
/// <c>/admin/rebuilds</c>, on the management port alone. They only say what is wanted; the leased worker does it, so
/// that a node may die.
/// </summary>
public static class RebuildEndpoints
{
    public static void MapRebuilds(this WebApplication app)
    {
        // Anonymous: who reaches the management port is an operator. A JSON body is asked for because a browser's page
        // may send anything else to any port that its user can reach.
        var rebuilds = app.MapGroup("/admin/rebuilds").OnManagementPort().AllowAnonymous().ExcludeFromDescription();
        rebuilds.MapPost("/", BeginAsync);
        rebuilds.MapGet("/{id:guid}", GetAsync);
        rebuilds.MapDelete("/{id:guid}", CancelAsync);
    }

    private static async Task<Results<Accepted<RebuildProgress>, ProblemHttpResult>> BeginAsync(
        BeginRebuild wanted, Rebuilds rebuilds, HttpContext http, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7();
        if (await rebuilds.TryBeginAsync(id, wanted.RefuseDifferences, cancellationToken))
        {
            return TypedResults.Accepted($"/admin/rebuilds/{id}", await rebuilds.FindAsync(id, cancellationToken));
        }

        if (await rebuilds.CurrentAsync(cancellationToken) is { } running)
        {
            http.Response.Headers.Location = $"/admin/rebuilds/{running.Id}";
        }

        return Problems.Conflict("rebuild-running", "A rebuild is running; it must end first.", retryable: true);
    }

    private static async Task<Results<Ok<RebuildProgress>, ProblemHttpResult>> GetAsync(
        Guid id, Rebuilds rebuilds, CancellationToken cancellationToken) =>
        await rebuilds.FindAsync(id, cancellationToken) is { } found ? TypedResults.Ok(found) : Problems.NotFound();

    private static async Task<Results<NoContent, ProblemHttpResult>> CancelAsync(
        Guid id, Rebuilds rebuilds, CancellationToken cancellationToken)
    {
        if (await rebuilds.EndAsync(id, "cancelled", null, cancellationToken))
        {
            return TypedResults.NoContent();
        }

        return await rebuilds.FindAsync(id, cancellationToken) switch
        {
            null => Problems.NotFound(),
            { State: "cancelled" } => TypedResults.NoContent(),
            var late => Problems.Conflict("rebuild-over", $"It is {late.State} and cannot be cancelled any more."),
        };
    }
}
