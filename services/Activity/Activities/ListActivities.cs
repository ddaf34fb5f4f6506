using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;
using Strava.Contracts.Rest;
using Strava.ServiceDefaults;

namespace Strava.Activities.Activities;

/// <summary>
/// <c>GET /activities?mode=USER</c>: the caller's saved activities, newest first. Cost: a range of one index; a page by cursor
/// costs the same however far down it is.
/// </summary>
internal static class ListActivitiesEndpoint
{
    public static void MapListActivities(this IEndpointRouteBuilder routes) => routes.MapGet("/activities", HandleAsync);

    private static async Task<Results<Ok<List<PartialActivity>>, ProblemHttpResult>> HandleAsync(
        HttpContext context, NpgsqlDataSource database, Paging paging, CancellationToken cancellationToken, string mode = "USER",
        string? cursor = null)
    {
        if (!string.Equals(mode, "USER", StringComparison.OrdinalIgnoreCase))
        {
            return Problems.Malformed("mode", "Allowed are USER and FRIENDS.");
        }

        Position? after = null;
        if (cursor is not null && (after = Position.Parse(cursor)) is null)
        {
            return Problems.Malformed("cursor", "This cursor is not one of ours: take it from the Link header, or leave it out.");
        }

        await using var command = database.CreateCommand(
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
            page.Add(ActivityAnswers.Partial(ActivityRows.Read(rows), rows.IsDBNull(22) ? null : rows.GetString(22)));
        }

        if (page.Count > paging.PageSize)
        {
            page.RemoveAt(paging.PageSize);
            NextLink.Add(context, "cursor", new Position(page[^1].StartedAt, page[^1].Id).ToString());
        }

        return TypedResults.Ok(page);
    }

    /// <summary>Where a page ends; opaque to callers.</summary>
    private sealed record Position(DateTimeOffset StartedAt, Guid Id)
    {
        public override string ToString() =>
            Base64Url.EncodeToString(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{StartedAt.UtcTicks}.{Id:N}")));

        public static Position? Parse(string text)
        {
            Span<byte> bytes = stackalloc byte[64];
            // Asked first: the decoder throws on characters that are not its own.
            if (!Base64Url.IsValid(text, out var length) || length > bytes.Length)
            {
                return null;
            }

            var written = Base64Url.DecodeFromChars(text, bytes);

            var parts = Encoding.ASCII.GetString(bytes[..written]).Split('.');
            return parts is [var ticks, var id]
                && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var startedAt)
                && startedAt <= DateTimeOffset.MaxValue.UtcTicks
                && Guid.TryParseExact(id, "N", out var activityId)
                ? new Position(new DateTimeOffset(startedAt, TimeSpan.Zero), activityId)
                : null;
        }
    }
}
