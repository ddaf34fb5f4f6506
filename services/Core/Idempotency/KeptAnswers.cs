using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using JsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace Strava.Core.Idempotency;

/// <summary>
/// An answer is kept in the transaction of its effect: whoever is killed in between has stored neither or both, and the
/// same key then finds nothing, or this. Where a request has no key these do nothing.
/// </summary>
public static class KeptAnswers
{
    internal const string PrimaryKey = "idempotency_key_pkey";

    // Each row takes two old ones with it, so that the table shrinks faster than it grows.
    private const string Insert =
        """
        WITH old AS (
            DELETE FROM idempotency_key WHERE (athlete_id, route, key) IN (
                SELECT athlete_id, route, key FROM idempotency_key WHERE created_at < now() - interval '7 days'
                ORDER BY created_at LIMIT 2 FOR UPDATE SKIP LOCKED))
        INSERT INTO idempotency_key (athlete_id, route, key, fingerprint, status, location, etag, body)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """;

    /// <summary>Adds the answer to a batch; it is kept only if the batch's transaction commits.</summary>
    public static void Keep(this NpgsqlBatch batch, HttpContext context, IResult answer, string? location = null)
    {
        if (RowOf(context, answer, location) is { } row)
        {
            batch.BatchCommands.Add(row);
        }
    }

    /// <summary>Keeps the answer in the connection's transaction.</summary>
    public static async Task KeepAsync(
        this NpgsqlConnection connection,
        HttpContext context,
        IResult answer,
        CancellationToken cancellationToken,
        string? location = null)
    {
        if (RowOf(context, answer, location) is { } row)
        {
            await using var batch = new NpgsqlBatch(connection) { BatchCommands = { row } };
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>Keeps the answer of a request that has changed nothing, because all was so already.</summary>
    public static async Task KeepAsync(
        this NpgsqlDataSource database, HttpContext context, IResult answer, CancellationToken cancellationToken)
    {
        if (RowOf(context, answer, location: null) is { } row)
        {
            await using var batch = database.CreateBatch();
            batch.BatchCommands.Add(row);
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    internal static async Task<KeptAnswer?> FindAsync(
        NpgsqlDataSource database, IdempotentRequest request, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT fingerprint, status, location, etag, body FROM idempotency_key
            WHERE athlete_id = $1 AND route = $2 AND key = $3
            """);
        command.Parameters.Add(new() { Value = request.AthleteId });
        command.Parameters.Add(new() { Value = request.Route });
        command.Parameters.Add(new() { Value = request.Key });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken)
            ? new KeptAnswer(rows.GetFieldValue<byte[]>(0), rows.GetInt16(1), Text(2), Text(3), Text(4))
            : null;

        string? Text(int column) => rows.IsDBNull(column) ? null : rows.GetString(column);
    }

    private static NpgsqlBatchCommand? RowOf(HttpContext context, IResult answer, string? location)
    {
        if (context.Features.Get<IdempotentRequest>() is not { } request)
        {
            return null;
        }

        var json = context.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        var body = answer is IValueHttpResult { Value: { } value } ? JsonSerializer.Serialize(value, value.GetType(), json) : null;
        var etag = context.Response.Headers.ETag.ToString();
        return new NpgsqlBatchCommand(Insert)
        {
            Parameters =
            {
                new() { Value = request.AthleteId },
                new() { Value = request.Route },
                new() { Value = request.Key },
                new() { Value = request.Fingerprint },
                new() { Value = (short)((IStatusCodeHttpResult)answer).StatusCode!.Value },
                new() { Value = (object?)location ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = etag.Length == 0 ? DBNull.Value : etag, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = (object?)body ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
            },
        };
    }
}

/// <summary>An answer that was given.</summary>
internal sealed record KeptAnswer(byte[] Fingerprint, short Status, string? Location, string? ETag, string? Body);
