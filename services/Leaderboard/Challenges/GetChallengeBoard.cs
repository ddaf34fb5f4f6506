using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Strava.Contracts.Rest;
using Strava.Core.Reading;
using Strava.Leaderboards.Launch;
using Strava.Leaderboards.Reading;
using Strava.ServiceDefaults;

namespace Strava.Leaderboards.Challenges;

/// <summary><c>GET /challenges/{id}/leaderboard</c> and <c>/rank</c>.</summary>
internal static class GetChallengeBoard
{
    public static void MapGetChallengeBoard(this IEndpointRouteBuilder challenges)
    {
        challenges.MapGet("/{id:guid}/leaderboard", GetBoardAsync).WithName("GetChallengeBoard")
            .WithSummary("A challenge's board, of all or of a country, with your own line")
            .Refuses(400, 404);
        challenges.MapGet("/{id:guid}/rank", GetRankAsync).WithName("GetChallengeRank")
            .WithSummary("Where you stand, or where a score would")
            .Refuses(400, 404);
    }

    private static async Task<Results<Ok<ChallengeBoard>, StatusCodeHttpResult, ProblemHttpResult>> GetBoardAsync(
        Guid id,
        [AsParameters] ChallengeBoardQuery query,
        ClaimsPrincipal caller,
        ChallengeReader reader,
        HttpContext http,
        CancellationToken cancellationToken)
    {
        var (request, faults) = ChallengeBoardRequest.Parse(query);
        if (faults.Count > 0)
        {
            return Problems.Malformed(faults);
        }

        if (await reader.Switches.RefusalAsync(LaunchFeature.Challenge(id), caller.AthleteId()) is { } refusal)
        {
            return refusal;
        }

        if (await reader.FindAsync(id, caller, cancellationToken) is not var (challenge, viewer))
        {
            return Problems.NotFound();
        }

        var page = await reader.Boards.ReadAsync(
            challenge, request.Country, request.Lines, request.After, viewer, cancellationToken);
        if (page is null)
        {
            return Problems.Malformed("cursor", "This board has become final since; allowed: begin without a cursor.");
        }

        var board = await reader.NameAsync(challenge, page, cancellationToken);
        if (board.Next is { } next)
        {
            NextLink.Add(http, "cursor", next);
        }

        return Shown.As(http, board);
    }

    private static async Task<Results<Ok<ChallengeRank>, StatusCodeHttpResult, ProblemHttpResult>> GetRankAsync(
        Guid id,
        [AsParameters] ChallengeRankQuery query,
        ClaimsPrincipal caller,
        ChallengeReader reader,
        HttpContext http,
        CancellationToken cancellationToken)
    {
        var (country, score, faults) = ChallengeBoardRequest.Parse(query);
        if (faults.Count > 0)
        {
            return Problems.Malformed(faults);
        }

        if (await reader.Switches.RefusalAsync(LaunchFeature.Challenge(id), caller.AthleteId()) is { } refusal)
        {
            return refusal;
        }

        if (await reader.FindAsync(id, caller, cancellationToken) is not var (challenge, viewer))
        {
            return Problems.NotFound();
        }

        // The smallest page tells the viewer's own line and the total.
        var page = (await reader.Boards.ReadAsync(challenge, country, 1, null, viewer, cancellationToken))!;
        long? asked = score is { } given ? challenge.Metric.Standing(given) : null;
        var rank = new ChallengeRank
        {
            ChallengeId = id,
            Country = query.Country,
            Score = score ?? (page.Viewer is { } own ? challenge.Metric.Score(own.Standing) : null),
            Rank = asked is { } standing
                ? await reader.Boards.RankAsync(challenge, country, standing, cancellationToken)
                : page.Viewer?.Rank,
            Total = page.Total,
            Completed = viewer is { } number
                && await reader.Boards.HasCompletedAsync(challenge.Number, number, cancellationToken),
        };
        return Shown.As(http, rank);
    }
}

/// <summary>Boards with the names of those on them.</summary>
internal sealed class ChallengeReader(NpgsqlDataSource database, AthleteDirectory athletes, LaunchSwitches switches)
{
    public ChallengeBoards Boards { get; } = new(database);

    public LaunchSwitches Switches => switches;

    /// <returns><c>null</c>: there is no such challenge. Else it, and the caller's number, if there is one.</returns>
    public async Task<(ChallengeRow Challenge, long? Viewer)?> FindAsync(
        Guid id, ClaimsPrincipal caller, CancellationToken cancellationToken)
    {
        var me = caller.AthleteId();
        return await ChallengeRow.FindAsync(database, id, me, cancellationToken) is { } challenge
            ? (challenge, (await athletes.FindAsync(me, cancellationToken))?.Number)
            : null;
    }

    public async Task<ChallengeBoard> NameAsync(
        ChallengeRow challenge, ChallengePage page, CancellationToken cancellationToken)
    {
        var known = await athletes.FindAsync(page.Lines.Select(line => line.Athlete), cancellationToken);
        return new ChallengeBoard
        {
            Challenge = challenge.ToAnswer(),
            Entries =
            [
                .. from line in page.Lines
                   let athlete = known.GetValueOrDefault(line.Athlete)
                   where athlete is not null
                   select new ChallengeBoard.ChallengeEntry
                   {
                       Rank = line.Rank,
                       AthleteId = athlete.Id,
                       AthleteName = athlete.Name,
                       Country = line.Country.Length == 0 ? null : line.Country,
                       Score = challenge.Metric.Score(line.Standing),
                   },
            ],
            Viewer = page.Viewer is { } own
                ? new ChallengeBoard.ChallengeViewer { Rank = own.Rank, Score = challenge.Metric.Score(own.Standing) }
                : null,
            Total = page.Total,
            Next = page.Next?.ToString(),
        };
    }
}
