using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Strava.Contracts.Rest;
using Strava.Core.Reading;
using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Launch;
using Strava.Leaderboards.Reading;
using Strava.ServiceDefaults;

namespace Strava.Leaderboards.Clubs;

/// <summary>
/// <c>GET /clubs/{id}/leaderboard</c>: the best of a club in a week by any column, with the caller's own line.
/// </summary>
internal static class GetClubBoard
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    public static void MapGetClubBoard(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/clubs/{id}/leaderboard", HandleAsync).WithTags("Clubs").WithName("GetClubBoard")
            .WithSummary("The best of a club in a week by any column, with your own line")
            .WithDescription(
                "Members' activities in the club's sport that everyone may see. Of paces the lower is the better.")
            .Refuses(400, 404);

    private static async Task<Results<Ok<ClubBoard>, StatusCodeHttpResult, ProblemHttpResult>> HandleAsync(
        Guid id,
        [AsParameters] ClubBoardQuery query,
        ClaimsPrincipal caller,
        ClubBoards boards,
        TimeProvider time,
        HttpContext http,
        CancellationToken cancellationToken)
    {
        var (request, faults) = ClubBoardRequest.Parse(query);
        if (request is null)
        {
            return Problems.Malformed(faults);
        }

        if (await boards.Switches.RefusalAsync(LaunchFeature.Clubs, caller.AthleteId()) is { } refusal)
        {
            return refusal;
        }

        if (await boards.Clubs.FindAsync(id, cancellationToken) is not { } club)
        {
            return ClubAnswers.NoSuchClub();
        }

        var viewer = await boards.Athletes.FindAsync(caller.AthleteId(), cancellationToken);
        var now = time.GetUtcNow();
        var key = new ClubBoardKey(club.Number, request.WeekAt(LocalDay.At(now, viewer?.TimeZone)));
        var page = await boards.Reader.ReadAsync(key, request.Slice, viewer?.Number, cancellationToken);
        if (page is null)
        {
            return Problems.Unavailable(
                "The boards are away for a moment; activities are being saved as usual.", RetryAfter);
        }

        var names = await boards.Athletes.FindAsync(page.Lines.Select(line => line.Athlete), cancellationToken);
        var board = ClubBoardAnswer.Of(new(club, request, key.Week), page, names, page.IsStale(now));
        if (page.Next is { } last)
        {
            var next = new ClubCursor(request.Slice.Column, key.Week.First, last.Score, last.Athlete);
            NextLink.Add(http, "cursor", next.ToString());
        }

        return Shown.As(http, board, but: board with { Board = board.Board with { AsOf = default } });
    }
}

/// <summary>Where the answer to a request comes from.</summary>
internal sealed record ClubBoards(
    LaunchSwitches Switches, ClubDirectory Clubs, AthleteDirectory Athletes, ClubBoardReader Reader);

/// <summary>Which board is shown.</summary>
internal sealed record ShownClubBoard(KnownClub Club, ClubBoardRequest Request, Period Week);

/// <summary>A page with the names of those on it, in the API's shape.</summary>
internal static class ClubBoardAnswer
{
    public static ClubBoard Of(
        ShownClubBoard shown, ClubBoardPage page, IReadOnlyDictionary<long, Athlete> athletes, bool isStale) => new()
        {
            Board = new ClubBoard.ClubBoardHeader
            {
                ClubId = shown.Club.Id,
                Sport = shown.Club.Sport,
                Week = shown.Request.Week,
                Period = shown.Week.Text!,
                Sort = shown.Request.Slice.Column.Word,
                AsOf = page.At,
                Stale = isStale,
            },
            Entries =
            [
                .. from line in page.Lines
                   let athlete = athletes.GetValueOrDefault(line.Athlete)
                   where athlete is not null
                   select new ClubBoard.ClubBoardEntry
                   {
                       Rank = line.Rank,
                       AthleteId = athlete.Id,
                       AthleteName = athlete.Name,
                       DistanceMeters = line.Totals.DistanceCentimeters / 100.0,
                       MovingSeconds = line.Totals.MovingMilliseconds / 1000.0,
                       ElevationGainMeters = line.Totals.ElevationDecimeters / 10.0,
                       AveragePaceSecondsPerKm = line.Totals.PaceMillisecondsPerKm / 1000.0,
                       LongestMeters = line.Totals.LongestCentimeters / 100.0,
                       Activities = (int)Math.Min(line.Totals.Activities, int.MaxValue),
                   },
            ],
            Viewer = page.Viewer is { } own
                ? new ClubBoard.ClubBoardLine
                {
                    Rank = own.Rank,
                    DistanceMeters = own.Totals.DistanceCentimeters / 100.0,
                    MovingSeconds = own.Totals.MovingMilliseconds / 1000.0,
                    ElevationGainMeters = own.Totals.ElevationDecimeters / 10.0,
                    AveragePaceSecondsPerKm = own.Totals.PaceMillisecondsPerKm / 1000.0,
                    LongestMeters = own.Totals.LongestCentimeters / 100.0,
                    Activities = (int)Math.Min(own.Totals.Activities, int.MaxValue),
                }
                : null,
            Total = page.Total,
        };
}
