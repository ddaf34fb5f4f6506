using MassTransit;
using Npgsql;
using Strava.Contracts.Messages;

namespace Strava.Core.Rebuild;

/// <summary>
/// Puts an answer of Activity into the copies and asks for the next. Rows and position commit together, and only from
/// the position that was asked from: a repeat changes nothing, and however often one asked, one answer goes on.
/// </summary>
internal sealed class ToldActivities<TProjection>(NpgsqlDataSource database, Rebuilds rebuilds, RebuildPlan plan)
    : IConsumer<ActivitiesTold>
    where TProjection : IActivityProjection
{
    public static ActivitiesWanted Wanted(Guid rebuild, Guid after, string queue) =>
        new() { RebuildId = rebuild, After = after, Queue = queue, Tracks = TProjection.WantsTracks };

    public async Task Consume(ConsumeContext<ActivitiesTold> context)
    {
        var told = context.Message;
        if (told.Unreadable.Count > 0)
        {
            // Swapped in, the copies would lack what live has.
            await rebuilds.EndAsync(
                told.RebuildId,
                "failed",
                $"Activity cannot read {told.Unreadable[0]}" + (told.Unreadable.Count > 1 ? " and others" : "")
                + ": deploy the build that can, then begin again.",
                context.CancellationToken);
            return;
        }

        await FillAsync(told, context);
    }

    private async Task FillAsync(ActivitiesTold told, ConsumeContext<ActivitiesTold> context)
    {
        var cancellationToken = context.CancellationToken;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        // Locked first: an UPDATE that looks for the position would not wait for it, only find the one before.
        await using var moving = new NpgsqlCommand("SELECT FROM rebuild WHERE id = $1 FOR UPDATE", connection, transaction)
        {
            Parameters = { new() { Value = told.RebuildId } },
        };
        await moving.ExecuteNonQueryAsync(cancellationToken);
        await using var move = new NpgsqlCommand(
            """
            UPDATE rebuild SET after = $3, told = told + $4, total = coalesce($5, total), moved_at = clock_timestamp(),
                state = CASE WHEN $6 THEN 'verifying' ELSE state END
            WHERE id = $1 AND state = 'filling' AND after = $2
            """,
            connection,
            transaction)
        {
            Parameters =
            {
                new() { Value = told.RebuildId },
                new() { Value = told.After },
                new() { Value = told.UpTo },
                new() { Value = (long)(told.Activities.Count + told.Deletions.Count) },
                new() { Value = (object?)told.Total ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bigint },
                new() { Value = told.IsLast },
            },
        };
        if (await move.ExecuteNonQueryAsync(cancellationToken) == 0)
        {
            return;
        }

        if (!told.IsLast)
        {
            // The next is worked out while this one is written. Whoever takes it waits here for the position's row. Should
            // it be lost, or come to nothing because this one is not stored, the worker asks again.
            await context.Publish(Wanted(told.RebuildId, told.UpTo, plan.Queue), cancellationToken);
        }

        await using var batch = new NpgsqlBatch(connection, transaction);
        RebuildableTables.AddToCopies(batch, told.RebuildId, copies => Add(copies, told));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static void Add(NpgsqlBatch batch, ActivitiesTold told)
    {
        if (TProjection.TryAddTold(batch, told))
        {
            return;
        }

        foreach (var activity in told.Activities)
        {
            TProjection.Add(batch, activity);
        }

        foreach (var deletion in told.Deletions)
        {
            TProjection.Add(batch, deletion);
        }

        foreach (var track in told.Tracks)
        {
            TProjection.Add(batch, track);
        }
    }
}
