using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Strava.Contracts.Rest;
using Strava.Core.Idempotency;
using Strava.Core.Reading;
using Strava.Leaderboards.Ledgers;
using Strava.ServiceDefaults;

namespace Strava.Leaderboards.Clubs;

/// <summary>
/// <c>POST /clubs</c>. Its maker joins as everybody does. A repeat makes another club, unless it has an
/// Idempotency-Key, which is kept in the transaction that makes it.
/// </summary>
internal static class MakeClub
{
    /// <summary>Whoever wants more is a program that has gone wrong.</summary>
    public const int MaxMade = 100;

    // After the athlete's lock: two at once count each other.
    private const string Insert =
        """
        INSERT INTO club (id, name, folded, sport, made_by, made_at)
        SELECT $2, $3, $4, $5, n.number, $6 FROM athlete_number n
        WHERE n.athlete_id = $1 AND (SELECT count(*) FROM club WHERE made_by = n.number) < $7
        """;

    public static void MapMakeClub(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/clubs", MakeAsync).WithTags("Clubs").WithName("CreateClub").WithSummary("Make a club")
            .WithDescription("For everybody to join. You join as everybody does; its sport stays.")
            .WithExample("runners", """{ "name": "Runners along the river", "sport": "RUN" }""")
            .Refuses(409, 422);

    private static async Task<Results<Created<Club>, ProblemHttpResult>> MakeAsync(
        CreateClub request,
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        TimeProvider time,
        HttpContext http,
        CancellationToken cancellationToken)
    {
        if (request.Validate() is { IsValid: false } problems)
        {
            return problems.AsProblem();
        }

        var now = time.GetUtcNow();
        var club = new Club
        {
            Id = Guid.CreateVersion7(now),
            Name = ClubName.Shown(request.Name!),
            Sport = request.Sport!.Value,
            Members = 0,
            IsMember = false,
            CreatedAt = now,
        };
        var created = TypedResults.Created($"/clubs/{club.Id}", club);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.AddAthleteLock(caller.AthleteId());
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await using var insert = new NpgsqlCommand(Insert, connection, transaction)
        {
            Parameters =
            {
                new() { Value = caller.AthleteId() },
                new() { Value = club.Id },
                new() { Value = club.Name },
                new() { Value = ClubName.Fold(club.Name) },
                new() { Value = (short)club.Sport },
                new() { Value = now },
                new() { Value = MaxMade },
            },
        };
        if (await insert.ExecuteNonQueryAsync(cancellationToken) == 0)
        {
            return Problems.Conflict(
                "too-many-clubs-made", $"You have made {MaxMade} clubs, which is the most that one athlete may.");
        }

        await connection.KeepAsync(http, created, cancellationToken, created.Location);
        await transaction.CommitAsync(cancellationToken);
        return created;
    }
}
