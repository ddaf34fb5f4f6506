using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;
using Strava.Contracts.Rest;
using Strava.Core.Idempotency;
using Strava.Core.Reading;
using Strava.ServiceDefaults;

namespace Strava.LocalLegends.Segments;

/// <summary>
/// <c>PATCH /segments/{id}</c> by its maker: the name, and whether others see it. Absolute, so safe to repeat: what is
/// so already stays as it is.
/// </summary>
internal static class ChangeSegment
{
    // While it was hidden nothing was matched against it, so what comes back is looked through from the beginning: the
    // backfill clears what is left of before.
    private const string Update =
        """
        WITH catalogue AS (UPDATE segment_catalogue SET change = change + 1 WHERE $4 RETURNING change)
        UPDATE segment s SET
            name = coalesce($2, name),
            hidden = coalesce($3, hidden),
            change = coalesce((SELECT change FROM catalogue), s.change),
            state = CASE WHEN $4 THEN 1 ELSE state END,
            backfill_total = CASE WHEN $4 THEN NULL ELSE backfill_total END,
            backfill_done = CASE WHEN $4 THEN 0 ELSE backfill_done END
        WHERE number = $1
        """;

    public static void MapChangeSegment(this IEndpointRouteBuilder segments) =>
        segments.MapPatch("/{id:guid}", HandleAsync).WithName("ChangeSegment")
            .WithSummary("Rename, hide or show a segment of yours")
            .WithDescription(
                "A hidden one is seen by you alone, and has no legend until it is shown and looked through.")
            .WithExample("rename", """{ "name": "Along the river, upstream" }""")
            .Refuses(403, 404, 422);

    private static async Task<Results<Ok<Segment>, ProblemHttpResult>> HandleAsync(
        Guid id,
        PatchSegment request,
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        HttpContext http,
        CancellationToken cancellationToken)
    {
        if (request.Validate() is { IsValid: false } problems)
        {
            return problems.AsProblem();
        }

        if (await SegmentRow.FindAsync(database, id, caller.AthleteId(), cancellationToken) is not { } segment)
        {
            return Problems.NotFound();
        }

        if (segment.MadeBy != caller.AthleteId())
        {
            return Problems.Forbidden("Only its maker changes a segment.");
        }

        await using var work = await new MadeSegments(database).BeginAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            $"{SegmentRow.Select} WHERE number = $1 FOR NO KEY UPDATE", work.Connection)
        {
            Parameters = { new() { Value = segment.Number } },
        };
        SegmentRow before;
        await using (var rows = await command.ExecuteReaderAsync(cancellationToken))
        {
            await rows.ReadAsync(cancellationToken);
            before = SegmentRow.Read(rows);
        }

        var isTurned = request.Hidden is { } hidden && hidden != before.IsHidden;
        await UpdateAsync(work.Connection, before.Number, request, isTurned, cancellationToken);
        var after = before with
        {
            Name = request.Name ?? before.Name,
            IsHidden = request.Hidden ?? before.IsHidden,
            State = isTurned ? SegmentState.Backfilling : before.State,
            BackfillDone = isTurned ? 0 : before.BackfillDone,
            BackfillTotal = isTurned ? null : before.BackfillTotal,
        };
        var answer = TypedResults.Ok(after.ToAnswer());
        await work.Connection.KeepAsync(http, answer, cancellationToken);
        await work.CommitAsync(cancellationToken);
        return answer;
    }

    private static async Task UpdateAsync(
        NpgsqlConnection connection,
        int number,
        PatchSegment request,
        bool isTurned,
        CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Update, connection);
        command.Parameters.Add(new() { Value = number });
        command.Parameters.Add(
            new() { Value = (object?)request.Name ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(
            new() { Value = (object?)request.Hidden ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Boolean });
        command.Parameters.Add(new() { Value = isTurned });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
