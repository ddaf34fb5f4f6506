using System.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Npgsql;
using Strava.ServiceDefaults;

namespace Strava.Activities.Sharding;

/// <summary>
/// Says which database a request belongs to: its activity's, else its caller's. A virtual shard that is being moved
/// refuses writes for some seconds: the request is done again, from its beginning, until the map says where it went.
/// </summary>
internal static class RequestShards
{
    /// <summary>
    /// The fence's answer (check_shard). Its class is "insufficient resources": whoever does not know it waits and
    /// repeats.
    /// </summary>
    public const string FencedSqlState = "53S01";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>After authentication; before anything that asks a database.</summary>
    public static void UseShards(this WebApplication app)
    {
        var shards = app.Services.GetRequiredService<Shards>();
        if (shards.AreSeveral)
        {
            app.Use((context, next) => RouteAsync(context, next, shards));
        }
    }

    private static async Task RouteAsync(HttpContext context, RequestDelegate next, Shards shards)
    {
        if (context.GetEndpoint() is null || context.User.Identity is not { IsAuthenticated: true })
        {
            await next(context);
            return;
        }

        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            // Read once more if it has to be done again: from memory, beyond 30 KB from a file.
            context.Request.EnableBuffering();
        }

        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                var athleteId = await AthleteAsync(context, shards);
                var shard = shards.Of(athleteId);
                if (shards.Map.IsOld)
                {
                    await CheckIsThereAsync(shard, athleteId, context.RequestAborted);
                }

                context.Features.Set(shard);
                await next(context);
                return;
            }
            catch (PostgresException refusal) when (refusal.SqlState == FencedSqlState && !context.Response.HasStarted
                && Stopwatch.GetElapsedTime(begun) < Patience)
            {
                // The fence has rolled back all that the request did in the database.
            }

            await Task.Delay(Pause, context.RequestAborted);
            await shards.Map.RefreshAsync(context.RequestAborted);
            Rewind(context);
        }
    }

    /// <summary>
    /// The owner of the activity that is asked for. One that nobody has claimed is looked for, in vain, where the
    /// caller's are.
    /// </summary>
    private static async ValueTask<Guid> AthleteAsync(HttpContext context, Shards shards)
    {
        var callerId = context.User.AthleteId();
        // A recording that is put makes its activity: the claim says whose it is.
        return !HttpMethods.IsPut(context.Request.Method)
            && context.GetRouteValue("id") is string text && Guid.TryParse(text, out var id)
            ? await shards.Homes!.FindAsync(id, context.RequestAborted) ?? callerId
            : callerId;
    }

    /// <summary>Rather no answer than "there is no such activity", where it was once.</summary>
    private static async Task CheckIsThereAsync(Shard shard, Guid athleteId, CancellationToken cancellationToken)
    {
        await using var command = shard.Database.CreateCommand("SELECT 1 FROM virtual_shard WHERE id = $1");
        command.Parameters.Add(new() { Value = VirtualShard.Of(athleteId) });
        if (await command.ExecuteScalarAsync(cancellationToken) is null)
        {
            throw new UnavailableException("This server does not know where its athletes are now; send the same request again.");
        }
    }

    private static void Rewind(HttpContext context)
    {
        context.Response.Clear();
        if (context.Request.Body.CanSeek)
        {
            context.Request.Body.Position = 0;
            // The reader over the body has come to its end; the next one begins anew.
            context.Features.Set<IRequestBodyPipeFeature>(null);
        }
    }
}
