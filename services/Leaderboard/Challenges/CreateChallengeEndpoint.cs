using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;
using Strava.Contracts.Rest;
using Strava.Contracts.Sports;
using Strava.Core.Idempotency;
using Strava.Core.Reading;
using Strava.Leaderboards.Ledgers;
using Strava.ServiceDefaults;

namespace Strava.Leaderboards.Challenges;

/// <summary>
/// <c>POST /challenges</c>. Any athlete may make one: the platform knows no roles. Safe to repeat with an id of the
/// caller's: the same challenge is answered, not made again.
/// </summary>
internal static class CreateChallengeEndpoint
{
    /// <summary>Open ones of one maker, so that nobody can fill the list.</summary>
    public const int MaxOpen = 50;

    public static void MapCreateChallenge(this IEndpointRouteBuilder challenges) =>
        challenges.MapPost("", HandleAsync).WithName("CreateChallenge").WithSummary("Make a challenge")
            .WithDescription("Its days are each athlete's own calendar days.")
            .WithExample("a month of climbing", ExampleOf("elevation", 3_000, "everyone"))
            .WithExample("the fastest of a country", ExampleOf("fastest5k", 1_500, "country:SI"))
            .Refuses(409, 422);

    private static async Task<Results<Created<Challenge>, Ok<Challenge>, ProblemHttpResult>> HandleAsync(
        CreateChallenge request,
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        TimeProvider time,
        HttpContext http,
        CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (request.Validate(now) is { IsValid: false } problems)
        {
            return problems.AsProblem();
        }

        var (me, wanted) = (caller.AthleteId(), RowOf(request));
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (open, isNew) = await InsertAsync(connection, wanted, me, now, cancellationToken);
        if (isNew && open < MaxOpen)
        {
            var created = TypedResults.Created($"/challenges/{wanted.Id}", wanted.ToAnswer());
            await connection.KeepAsync(http, created, cancellationToken, created.Location);
            await transaction.CommitAsync(cancellationToken);
            return created;
        }

        await transaction.RollbackAsync(cancellationToken);
        if (isNew)
        {
            return Problems.Conflict(
                "too-many-challenges", $"{MaxOpen} challenges of yours are open: let one end first.");
        }

        var stored = (await ChallengeRow.FindAsync(database, wanted.Id, me, cancellationToken))!;
        if (!wanted.IsSame(stored))
        {
            return Problems.Conflict(
                "challenge-differs", "There is another challenge with this id; make a new UUIDv7.");
        }

        var repeated = TypedResults.Ok(stored.ToAnswer());
        await database.KeepAsync(http, repeated, cancellationToken);
        return repeated;
    }

    private static ChallengeRow RowOf(CreateChallenge request)
    {
        var metric = Metric.Of(request.Metric!.Value);
        return new ChallengeRow
        {
            Number = 0,
            Id = request.Id ?? Guid.CreateVersion7(),
            Name = request.Name!,
            Sports = [.. (request.Sports ?? SportRules.All.Select(rules => rules.Sport)).Order()],
            Metric = metric,
            StartsOn = request.StartsOn!.Value,
            EndsOn = request.EndsOn!.Value,
            Goal = request.Goal is { } goal ? metric.Standing(goal) : null,
            Country = request.CountryOfScope(),
            ClosesAt = ChallengeRow.EndOf(request.EndsOn.Value) + ChallengeRow.Grace,
            State = ChallengeState.Open,
            Generation = 0,
            HasCaller = false,
        };
    }

    /// <returns>How many the maker has open, this one left out, and false when the id is taken.</returns>
    private static async Task<(long Open, bool IsNew)> InsertAsync(
        NpgsqlConnection connection, ChallengeRow row, Guid me, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.AddAthleteLock(me);
        batch.BatchCommands.Add(new(
            """
            WITH me AS (SELECT number FROM athlete_number WHERE athlete_id = $1),
            made AS (
                INSERT INTO challenge (
                    id, creator, name, sports, metric, starts_on, ends_on, goal, country, created_at, closes_at)
                SELECT $2, number, $3, $4, $5, $6, $7, $8, $9, $10, $11 FROM me
                ON CONFLICT (id) DO NOTHING RETURNING number)
            SELECT (SELECT count(*) FROM challenge c, me WHERE c.creator = me.number AND c.state = 1),
                EXISTS (SELECT FROM made)
            """)
        {
            Parameters =
            {
                new() { Value = me },
                new() { Value = row.Id },
                new() { Value = row.Name },
                new() { Value = row.Sports.Select(sport => (short)sport).ToArray() },
                new() { Value = (short)row.Metric.Kind },
                new() { Value = row.StartsOn },
                new() { Value = row.EndsOn },
                new() { Value = (object?)row.Goal ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint },
                new() { Value = (object?)row.Country ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = now },
                new() { Value = row.ClosesAt },
            },
        });
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        while (rows.FieldCount < 2 && await rows.NextResultAsync(cancellationToken))
        {
            // The athlete's lock answers nothing of use.
        }

        await rows.ReadAsync(cancellationToken);
        return (rows.GetInt64(0), rows.GetBoolean(1));
    }

    // Of next month, because what is over cannot be made.
    private static string ExampleOf(string metric, int goal, string scope)
    {
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        var first = new DateOnly(today.Year, today.Month, 1).AddMonths(1);
        return FormattableString.Invariant(
            $$"""
            {
              "name": "Up and up", "sports": ["RUN", "RIDE"], "metric": "{{metric}}", "goal": {{goal}},
              "startsOn": "{{first:yyyy-MM-dd}}", "endsOn": "{{first.AddMonths(1).AddDays(-1):yyyy-MM-dd}}",
              "scope": "{{scope}}"
            }
            """);
    }
}
