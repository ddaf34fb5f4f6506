using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;
using Strava.Contracts.Rest;
using Strava.Core.Idempotency;
using Strava.Leaderboards.Ledgers;
using Strava.ServiceDefaults;

namespace Strava.Leaderboards.Challenges;

/// <summary>
/// <c>PUT</c> and <c>DELETE /challenges/{id}/participants/me</c>. The row and the mark for the applier are one
/// transaction under the athlete's lock, like the ledger's: whoever joins while an activity comes in has it counted by
/// one of the two. A repeat changes nothing.
/// </summary>
internal static class Participation
{
    /// <summary>Open challenges of one athlete: each upload costs as many marks.</summary>
    public const int MaxOpen = 100;

    public static void MapParticipation(this IEndpointRouteBuilder challenges)
    {
        challenges.MapPut("/{id:guid}/participants/me", JoinAsync).WithName("JoinChallenge").WithSummary("Take part")
            .WithDescription(
                "What you have done on its days counts too, of any visibility. 201 where this call changed something.")
            .Refuses(403, 404, 409);
        challenges.MapDelete("/{id:guid}/participants/me", LeaveAsync).WithName("LeaveChallenge")
            .WithSummary("No longer take part")
            .WithDescription("You leave its board, as long as that is not final.")
            .Refuses(404, 409);
    }

    private static async
        Task<Results<Ok<ChallengeParticipation>, Created<ChallengeParticipation>, ProblemHttpResult>> JoinAsync(
            Guid id,
            ClaimsPrincipal caller,
            NpgsqlDataSource database,
            TimeProvider time,
            HttpContext http,
            CancellationToken cancellationToken)
    {
        var (me, now) = (caller.AthleteId(), time.GetUtcNow());
        if (await ChallengeRow.FindAsync(database, id, me, cancellationToken) is not { } challenge)
        {
            return Problems.NotFound();
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var seen = await JoiningAthlete.LockAsync(connection, challenge.Number, me, cancellationToken);
        if (seen.JoinedAt is { } since)
        {
            await transaction.RollbackAsync(cancellationToken);
            var repeated = TypedResults.Ok(new ChallengeParticipation { ChallengeId = id, JoinedAt = since });
            await connection.KeepAsync(http, repeated, cancellationToken);
            return repeated;
        }

        if (RefusalOf(challenge, seen, now) is { } refusal)
        {
            return refusal;
        }

        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(new(
            """
            INSERT INTO challenge_participant (athlete, challenge, joined_at, country)
            SELECT number, $2, $3, $4 FROM athlete_number WHERE athlete_id = $1 ON CONFLICT DO NOTHING
            """)
        {
            Parameters =
            {
                new() { Value = me },
                new() { Value = challenge.Number },
                new() { Value = now },
                new() { Value = (object?)seen.Country ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
            },
        });
        batch.AddChallengeMark(challenge.Number, me);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        var joined = TypedResults.Created(
            $"/challenges/{id}/participants/me", new ChallengeParticipation { ChallengeId = id, JoinedAt = now });
        await connection.KeepAsync(http, joined, cancellationToken, joined.Location);
        await transaction.CommitAsync(cancellationToken);
        return joined;
    }

    private static ProblemHttpResult? RefusalOf(ChallengeRow challenge, JoiningAthlete athlete, DateTimeOffset now) =>
        athlete switch
        {
            { State: not ChallengeState.Open } => Over(athlete.State),
            _ when now >= challenge.EndsAt => Over(athlete.State),
            { IsBarred: true } => Problems.Forbidden("You have been taken off this challenge.", "challenge-barred"),
            { Open: >= MaxOpen } => Problems.Conflict(
                "too-many-challenges", $"You take part in {MaxOpen} open challenges: leave one first."),
            _ when challenge.Country is { } country && country != athlete.Country => Problems.Conflict(
                "challenge-elsewhere",
                $"Only for athletes of {country}; your profile says {athlete.Country ?? "no country"}."),
            _ => null,
        };

    private static ProblemHttpResult Over(ChallengeState state) => Problems.Conflict(
        "challenge-over",
        "This challenge is over.",
        new Dictionary<string, object?> { ["state"] = state.ToString().ToUpperInvariant() });

    private static async Task<Results<NoContent, ProblemHttpResult>> LeaveAsync(
        Guid id,
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        HttpContext http,
        CancellationToken cancellationToken)
    {
        var me = caller.AthleteId();
        if (await ChallengeRow.FindAsync(database, id, me, cancellationToken) is not { } challenge)
        {
            return Problems.NotFound();
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var seen = await JoiningAthlete.LockAsync(connection, challenge.Number, me, cancellationToken);
        if (seen.State != ChallengeState.Open)
        {
            return Over(seen.State);
        }

        await using var batch = new NpgsqlBatch(connection, transaction);
        if (seen.JoinedAt is not null)
        {
            batch.BatchCommands.Add(new(
                """
                DELETE FROM challenge_participant
                WHERE challenge = $2 AND athlete = (SELECT number FROM athlete_number WHERE athlete_id = $1)
                """)
            {
                Parameters = { new() { Value = me }, new() { Value = challenge.Number } },
            });
            batch.AddChallengeMark(challenge.Number, me);
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        var left = TypedResults.NoContent();
        await connection.KeepAsync(http, left, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return left;
    }
}

/// <summary>What decides whether an athlete may join, read under the athlete's lock.</summary>
internal sealed record JoiningAthlete(
    ChallengeState State, string? Country, DateTimeOffset? JoinedAt, bool IsBarred, long Open)
{
    public static async Task<JoiningAthlete> LockAsync(
        NpgsqlConnection connection, int challenge, Guid athleteId, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.AddAthleteLock(athleteId);
        batch.BatchCommands.Add(new(
            """
            SELECT c.state, CASE WHEN f.country ~ '^[A-Z]{2}$' THEN f.country END, p.joined_at,
                EXISTS (SELECT FROM challenge_barred b WHERE b.challenge = c.number AND b.athlete = n.number),
                (SELECT count(*) FROM challenge_participant o JOIN challenge oc ON oc.number = o.challenge
                    WHERE o.athlete = n.number AND oc.state = 1)
            FROM challenge c
            JOIN athlete_number n ON n.athlete_id = $2
            LEFT JOIN athlete_profile f ON f.athlete = n.number
            LEFT JOIN challenge_participant p ON p.athlete = n.number AND p.challenge = c.number
            WHERE c.number = $1
            """)
        {
            Parameters = { new() { Value = challenge }, new() { Value = athleteId } },
        });
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        while (rows.FieldCount < 5 && await rows.NextResultAsync(cancellationToken))
        {
            // The athlete's lock answers nothing of use.
        }

        await rows.ReadAsync(cancellationToken);
        return new JoiningAthlete(
            (ChallengeState)rows.GetInt16(0),
            rows.IsDBNull(1) ? null : rows.GetString(1),
            rows.IsDBNull(2) ? null : rows.GetFieldValue<DateTimeOffset>(2),
            rows.GetBoolean(3),
            rows.GetInt64(4));
    }
}
