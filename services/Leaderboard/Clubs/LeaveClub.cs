using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Strava.ServiceDefaults;

namespace Strava.Leaderboards.Clubs;

/// <summary><c>DELETE /clubs/{id}/members/me</c>: 204, also for who is no member.</summary>
internal static class LeaveClub
{
    public static void MapLeaveClub(this IEndpointRouteBuilder routes) =>
        routes.MapDelete("/clubs/{id}/members/me", LeaveAsync).WithTags("Clubs").WithName("LeaveClub")
            .WithSummary("Leave a club")
            .WithDescription("You disappear from its boards.")
            .Refuses(400, 404);

    private static async Task<Results<NoContent, ProblemHttpResult>> LeaveAsync(
        Guid id,
        ClaimsPrincipal caller,
        ClubDirectory directory,
        ClubMembership memberships,
        HttpContext http,
        CancellationToken cancellationToken)
    {
        if (await directory.FindAsync(id, cancellationToken) is not { } club)
        {
            return ClubAnswers.NoSuchClub();
        }

        var answer = TypedResults.NoContent();
        await memberships.LeaveAsync(club, caller.AthleteId(), http, answer, cancellationToken);
        return answer;
    }
}
