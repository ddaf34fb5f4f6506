using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using Strava.Contracts.Rest;
using Strava.Core.Reading;
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

    [FromQuery(Name = "cursor")]
    [Description("From the Link header of a page.")]
    public string? Cursor { get; init; }
}

/// <summary><c>GET /challenges</c> and <c>GET /challenges/{id}</c>.</summary>
internal static class ListChallenges
{
    private static readonly string[] States = ["open", "final", "all"];

    public static void MapListChallenges(this IEndpointRouteBuilder challenges)
    {
        challenges.MapGet("", ListAsync).WithName("ListChallenges")
            .WithSummary("Challenges, those that end first before the others")
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
        var (wanted, faults) = Parse(query);
        if (faults.Count > 0)
        {
            return Problems.Malformed(faults);
        }

        // One more than asked for tells whether there is a next page.
        var lines = (wanted.After is null ? paging.Offset : 0, paging.PageSize + 1);
        var rows = await ChallengeList.ReadAsync(database, caller.AthleteId(), wanted, lines, cancellationToken);
        if (rows.Count > paging.PageSize)
        {
            rows.RemoveAt(paging.PageSize);
            NextLink.Add(http, "cursor", new ChallengesCursor(rows[^1].EndsOn, rows[^1].Number).ToString());
        }

        return Shown.As(http, rows.ConvertAll(row => row.ToAnswer()));
    }

    private static async Task<Results<Ok<Challenge>, StatusCodeHttpResult, ProblemHttpResult>> GetAsync(
        Guid id,
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        HttpContext http,
        CancellationToken cancellationToken)
    {
        return await ChallengeRow.FindAsync(database, id, caller.AthleteId(), cancellationToken) is { } row
            ? Shown.As(http, row.ToAnswer())
            : Problems.NotFound();
    }

    private static (ChallengesWanted Wanted, QueryFaults Faults) Parse(ChallengeQuery query)
    {
        var faults = new QueryFaults();
        var state = query.State ?? States[0];
        if (!States.Contains(state))
        {
            faults["state"] = [$"Unknown state; allowed: {string.Join(", ", States)}."];
        }

        if (query.Joined is not (null or "true" or "false"))
        {
            faults["joined"] = ["Must be true or false; allowed: true, false."];
        }

        var wanted = new ChallengesWanted(
            IsFinal: state == "all" ? null : state == "final",
            faults.Sport(query.Sport),
            Joined: query.Joined is { } joined ? joined == "true" : null,
            faults.Cursor(query.Cursor, ChallengesCursor.Parse));
        return (wanted, faults);
    }
}
