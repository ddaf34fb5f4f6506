using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using NpgsqlTypes;
using Strava.Activities.Sharding;
using Strava.Contracts.Rest;
using Strava.ServiceDefaults;

namespace Strava.Activities.Activities;

/// <summary>
/// <c>GET /activities?mode=USER</c>: the caller's saved activities, newest first. Cost: a range of one index; a page by
/// cursor costs the same however far down it is.
/// </summary>
internal static class ListActivitiesEndpoint
{
    public static void MapListActivities(this IEndpointRouteBuilder routes) => routes.MapGet("/activities", HandleAsync)
        .WithName("ListActivities").WithTags("Activities").WithSummary("Your saved activities, newest first");

    private static async Task<Results<Ok<List<PartialActivity>>, ProblemHttpResult>> HandleAsync(
        HttpContext context,
        Shard shard,
        Paging paging,
        CancellationToken cancellationToken,
        [Description("USER; FRIENDS is answered by Feed."), AllowedValues("USER")] string mode = "USER",
        [Description("From the Link header of a page.")] string? cursor = null)
    {
        if (!string.Equals(mode, "USER", StringComparison.OrdinalIgnoreCase))
        {
            return Problems.Malformed("mode", "Allowed are USER and FRIENDS.");
        }

        ActivityCursor? after = null;
        if (cursor is not null && (after = ActivityCursor.Parse(cursor)) is null)
        {
            return Problems.Malformed("cursor", "This cursor is not one of ours: take it from the Link header, or leave it out.");
        }

        await using var command = shard.Database.CreateCommand(
            $"""
             SELECT {ActivityRows.Columns}, c.name
             FROM activity a LEFT JOIN athlete_copy c ON c.athlete_id = a.athlete_id
                  LEFT JOIN activity_progress p ON false
             WHERE a.athlete_id = $1 AND a.state = 4 AND NOT a.deleted AND ($2 IS NULL OR (a.started_at, a.id) < ($2, $3))
             ORDER BY a.started_at DESC, a.id DESC OFFSET $4 LIMIT $5
             """);
        command.Parameters.Add(new() { Value = context.User.AthleteId() });
        command.Parameters.Add(new() { Value = after is null ? DBNull.Value : after.StartedAt, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new() { Value = after?.Id ?? Guid.Empty });
        command.Parameters.Add(new() { Value = after is null ? paging.Offset : 0L });
        command.Parameters.Add(new() { Value = paging.PageSize + 1 });

        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var page = new List<PartialActivity>();
        while (await rows.ReadAsync(cancellationToken))
        {
            const int name = ActivityRows.ColumnCount;
            page.Add(ActivityAnswers.Partial(ActivityRows.Read(rows), rows.IsDBNull(name) ? null : rows.GetString(name)));
        }

        if (page.Count > paging.PageSize)
        {
            page.RemoveAt(paging.PageSize);
            NextLink.Add(context, "cursor", new ActivityCursor(page[^1].StartedAt, page[^1].Id).ToString());
        }

        return TypedResults.Ok(page);
    }
}
