using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Strava.Contracts.Rest;
using Strava.ServiceDefaults;
using Strava.ServiceDefaults.Running;

namespace Strava.Leaderboards.Challenges;

/// <param name="Bar">Athletes who are to be taken off, and may not join again.</param>
/// <param name="Reinstate">Athletes whose appeal was heard.</param>
/// <param name="Reason">For the record.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ChallengeCorrection(
    string Reason, IReadOnlyList<Guid>? Bar = null, IReadOnlyList<Guid>? Reinstate = null);

/// <summary>
/// <c>POST /admin/challenges/{id}/corrections</c>, on the management port alone. An open board follows at once; of a
/// final one the next generation is made, by the ledger as it is now: without names it is simply worked out again. Safe
/// to repeat: one correction waits at a time.
/// </summary>
internal static class CorrectChallenge
{
    public static void MapCorrectChallenge(this WebApplication app)
    {
        var admin = app.MapGroup("/admin/challenges").OnManagementPort().AllowAnonymous().ExcludeFromDescription();
        admin.MapPost("/{id:guid}/corrections", HandleAsync);
    }

    private static async Task<Results<Accepted<Challenge>, ProblemHttpResult>> HandleAsync(
        Guid id, ChallengeCorrection correction, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        if (await ChallengeRow.FindAsync(database, id, Guid.Empty, cancellationToken) is not { } challenge)
        {
            return Problems.NotFound();
        }

        if (string.IsNullOrWhiteSpace(correction.Reason))
        {
            return Problems.Malformed("reason", "Say why: it is kept.");
        }

        await ApplyAsync(database, challenge.Number, correction, cancellationToken);
        return TypedResults.Accepted($"/challenges/{id}", challenge.ToAnswer());
    }

    internal static async Task ApplyAsync(
        NpgsqlDataSource database, int challenge, ChallengeCorrection correction, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        var (bar, reinstate) = ((correction.Bar ?? []).ToArray(), (correction.Reinstate ?? []).ToArray());
        batch.BatchCommands.Add(new(
            """
            INSERT INTO challenge_barred (challenge, athlete, reason)
            SELECT $1, number, $3 FROM athlete_number WHERE athlete_id = ANY ($2) ON CONFLICT DO NOTHING
            """)
        {
            Parameters = { new() { Value = challenge }, new() { Value = bar }, new() { Value = correction.Reason } },
        });
        batch.BatchCommands.Add(new(
            """
            DELETE FROM challenge_barred WHERE challenge = $1
                AND athlete IN (SELECT number FROM athlete_number WHERE athlete_id = ANY ($2))
            """)
        {
            Parameters = { new() { Value = challenge }, new() { Value = reinstate } },
        });
        foreach (var athlete in bar.Concat(reinstate).Distinct().Order())
        {
            batch.AddChallengeMark(challenge, athlete);
        }

        batch.BatchCommands.Add(new(
            """
            INSERT INTO challenge_correction (challenge, reason)
            SELECT number, $2 FROM challenge c WHERE number = $1 AND state = 3 AND NOT EXISTS (
                SELECT FROM challenge_correction w WHERE w.challenge = c.number AND w.generation IS NULL)
            """)
        {
            Parameters = { new() { Value = challenge }, new() { Value = correction.Reason } },
        });
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
