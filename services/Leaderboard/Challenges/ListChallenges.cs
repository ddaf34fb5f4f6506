using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using NpgsqlTypes;
using Strava.Contracts.Rest;
using Strava.Contracts.Sports;
using Strava.ServiceDefaults;

namespace Strava.Leaderboards.Challenges;

/// <summary>What a caller wants to see of all challenges, in its own words.</summary>
internal sealed record ChallengeQuery
{
    [FromQuery(Name = "state")]
    [Description("Without it: open, those that have not closed."), AllowedValues("open", "final", "all")]
    public string? State { get; init; }

    [FromQuery(Name = "sport")]
    [Description("Only those in which this sport counts."), AllowedValues("RUN", "RIDE")]
    public string? Sport { get; init; }

    [FromQuery(Name = "joined")]
    [Description("Only those that you take part in."), AllowedValues("true", "false")]
    public string? Joined { get; init; }
}

/// <summary><c>GET /challenges</c> and <c>GET /challenges/{id}</c>.</summary>
internal static class ListChallenges
{
    private static readonly string[] States = ["open", "final", "all"];

    public static void MapListChallenges(this IEndpointRouteBuilder challenges)
    {
        challenges.MapGet("", ListAsync).WithName("ListChallenges").WithSummary("Challenges, those that end first before the others")
            .Refuses(400);
        challenges.MapGet("/{id:guid}", GetAsync).WithName("GetChallenge").WithSummary("One challenge").Refuses(404);
    }

    private static async Task<Results<Ok<List<Challenge>>, StatusCodeHttpResult, ProblemHttpResult>> ListAsync(
        [AsParameters] ChallengeQuery query,
        Paging paging,
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        HttpContext http,
        CancellationToken cancellationToken)
    {
        if (FaultsOf(query) is { Count: > 0 } faults)
        {
            return Problems.Malformed(faults);
        }

        // One more than asked for tells whether there is a next page.
        var challenges = await ReadAsync(database, query, paging, caller.AthleteId(), cancellationToken);
        if (challenges.Count > paging.PageSize)
        {
            challenges.RemoveAt(paging.PageSize);
            paging.AddNextLink(http);
        }

        return EntityTags.IsNotModified(http, ChallengeTag.Of(challenges))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(challenges);
    }

    private static async Task<Results<Ok<Challenge>, StatusCodeHttpResult, ProblemHttpResult>> GetAsync(
        Guid id, ClaimsPrincipal caller, NpgsqlDataSource database, HttpContext http, CancellationToken cancellationToken)
    {
        if (await ChallengeRow.FindAsync(database, id, caller.AthleteId(), cancellationToken) is not { } row)
        {
            return Problems.NotFound();
        }

        var challenge = row.ToAnswer();
        return EntityTags.IsNotModified(http, ChallengeTag.Of(challenge))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(challenge);
    }

    private static Dictionary<string, string[]> FaultsOf(ChallengeQuery query)
    {
        var faults = new Dictionary<string, string[]>();
        if (query.State is not null && !States.Contains(query.State))
        {
            faults["state"] = [$"Unknown state; allowed: {string.Join(", ", States)}."];
        }

        if (query.Sport is not null && SportRules.Parse(query.Sport) is null)
        {
            faults["sport"] = [$"Unknown sport; allowed: {string.Join(", ", SportRules.All.Select(rules => rules.Word))}."];
        }

        if (query.Joined is not (null or "true" or "false"))
        {
            faults["joined"] = ["Must be true or false; allowed: true, false."];
        }

        return faults;
    }

    private static async Task<List<Challenge>> ReadAsync(
        NpgsqlDataSource database, ChallengeQuery query, Paging paging, Guid caller, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            SELECT {ChallengeRow.Columns} FROM challenge c
            WHERE ($2 = 'all' OR (c.state = 3) = ($2 = 'final'))
                AND ($3::smallint IS NULL OR $3 = ANY (c.sports))
                AND ($4::boolean IS NULL OR $4 = EXISTS (
                    SELECT FROM athlete_number n JOIN challenge_participant p ON p.athlete = n.number
                    WHERE n.athlete_id = $1 AND p.challenge = c.number))
            ORDER BY c.ends_on, c.number OFFSET $5 LIMIT $6
            """);
        command.Parameters.Add(new() { Value = caller });
        command.Parameters.Add(new() { Value = query.State ?? States[0] });
        command.Parameters.Add(new()
        {
            Value = SportRules.Parse(query.Sport) is { } sport ? (short)sport : DBNull.Value,
            NpgsqlDbType = NpgsqlDbType.Smallint,
        });
        command.Parameters.Add(new()
        {
            Value = query.Joined is { } joined ? joined == "true" : DBNull.Value,
            NpgsqlDbType = NpgsqlDbType.Boolean,
        });
        command.Parameters.Add(new() { Value = paging.Offset });
        command.Parameters.Add(new() { Value = (long)paging.PageSize + 1 });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var challenges = new List<Challenge>();
        while (await rows.ReadAsync(cancellationToken))
        {
            challenges.Add(ChallengeRow.Read(rows).ToAnswer());
        }

        return challenges;
    }
}

internal static class ChallengeTag
{
    /// <summary>Of all that an answer shows.</summary>
    public static Microsoft.Net.Http.Headers.EntityTagHeaderValue Of<T>(T answer)
    {
        var hash = SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(answer));
        return EntityTags.Weak(Convert.ToHexStringLower(hash.AsSpan(0, 16)));
    }
}
