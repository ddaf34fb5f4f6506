using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using Strava.Contracts.Rest;
using Strava.Core.Reading;
using Strava.LocalLegends.Segments;
using Strava.ServiceDefaults;

namespace Strava.LocalLegends.Reading;

/// <summary>Which efforts, in the caller's own words.</summary>
internal sealed record EffortsQuery
{
    [FromQuery(Name = "mine")]
    [Description("Only one's own are shown; true, or left out."), AllowedValues("true")]
    public string? Mine { get; init; }

    [FromQuery(Name = "pageSize")]
    [Description("Lines of a page; without it 20."), Range(1, Paging.MaxPageSize)]
    public string? PageSize { get; init; }

    [FromQuery(Name = "cursor")]
    [Description("From the Link header of a page.")]
    public string? Cursor { get; init; }
}

/// <summary>
/// <c>GET /segments/{id}/efforts?mine=true</c>: the caller's, newest first. A page costs O(the caller's efforts on this
/// segment): they are one range of an index, sorted.
/// </summary>
internal static class ListEfforts
{
    private const string Mine =
        """
        WITH own AS MATERIALIZED (
            SELECT activity_id, started_at, local_date, elapsed_ms FROM effort
            WHERE athlete_id = $1 AND segment = $2),
        best AS (SELECT activity_id, started_at FROM own ORDER BY elapsed_ms, started_at, activity_id LIMIT 1)
        SELECT o.activity_id, o.started_at, o.local_date, o.elapsed_ms,
            (o.activity_id, o.started_at) = (b.activity_id, b.started_at)
        FROM own o CROSS JOIN best b WHERE (o.started_at, o.activity_id) < ($3, $4)
        ORDER BY o.started_at DESC, o.activity_id DESC LIMIT $5
        """;

    public static void MapListEfforts(this IEndpointRouteBuilder segments) =>
        segments.MapGet("/{id:guid}/efforts", HandleAsync).WithName("ListSegmentEfforts")
            .WithSummary("Your efforts on a segment, newest first, your personal best marked")
            .Refuses(400, 404);

    private static async Task<Results<Ok<List<SegmentEffort>>, StatusCodeHttpResult, ProblemHttpResult>> HandleAsync(
        Guid id,
        [AsParameters] EffortsQuery query,
        ClaimsPrincipal caller,
        SegmentReading reading,
        HttpContext http,
        CancellationToken cancellationToken)
    {
        var faults = new QueryFaults();
        var size = faults.Number("pageSize", query.PageSize, Paging.DefaultPageSize, Paging.MaxPageSize);
        var after = faults.Cursor(query.Cursor, EffortCursor.Parse);
        if (query.Mine is not (null or "true"))
        {
            faults["mine"] = ["Others' efforts are not shown, but for their best on the leaderboard; allowed: true."];
        }

        if (faults.Count > 0)
        {
            return Problems.Malformed(faults);
        }

        var (segment, refusal) = await reading.FindAsync(id, caller, cancellationToken);
        if (segment is null)
        {
            return refusal!;
        }

        var efforts = await ReadAsync(
            reading.Database, segment, caller.AthleteId(), after, size + 1, cancellationToken);
        if (efforts.Count > size)
        {
            efforts.RemoveAt(size);
            var last = efforts[^1];
            NextLink.Add(http, "cursor", new EffortCursor(0, last.StartedAt.UtcTicks, last.ActivityId).ToString());
        }

        return Shown.As(http, efforts);
    }

    private static async Task<List<SegmentEffort>> ReadAsync(
        NpgsqlDataSource database,
        SegmentRow segment,
        Guid athlete,
        EffortCursor? after,
        int limit,
        CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Mine);
        command.Parameters.Add(new() { Value = athlete });
        command.Parameters.Add(new() { Value = segment.Number });
        command.Parameters.Add(
            new() { Value = after?.StartedAt ?? DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc) });
        command.Parameters.Add(new() { Value = after?.Id ?? Guid.Empty });
        command.Parameters.Add(new() { Value = limit });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var efforts = new List<SegmentEffort>();
        while (await rows.ReadAsync(cancellationToken))
        {
            var elapsedMs = rows.GetInt32(3);
            efforts.Add(new SegmentEffort
            {
                SegmentId = segment.Id,
                ActivityId = rows.GetGuid(0),
                StartedAt = rows.GetFieldValue<DateTimeOffset>(1),
                LocalDate = rows.GetFieldValue<DateOnly>(2),
                ElapsedSeconds = elapsedMs / 1_000.0,
                AverageSpeedMetersPerSecond = Math.Round((double)segment.LengthMillimeters / elapsedMs, 3),
                IsPersonalBest = rows.GetBoolean(4),
            });
        }

        return efforts;
    }
}
