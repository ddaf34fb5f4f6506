using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Strava.ServiceDefaults;

namespace Strava.Leaderboards.Clubs;

/// <summary>
/// <c>PUT</c> and <c>DELETE /clubs/{id}/members/me</c>: 204, also for who is a member already, or is none.
/// </summary>
internal static class JoinOrLeaveClub
{
    public static void MapJoinOrLeaveClub(this IEndpointRouteBuilder routes)
    {
        var me = routes.MapGroup("/clubs/{id}/members/me").WithTags("Clubs");
        me.MapPut("", ChangeAsync).WithName("JoinClub").WithSummary("Join a club")
            .WithDescription("What you have done this week and last appears on its boards. You can be in 100 clubs.")
            .Refuses(400, 404, 409);
        me.MapDelete("", ChangeAsync).WithName("LeaveClub").WithSummary("Leave a club")
            .WithDescription("You disappear from its boards.")
            .Refuses(400, 404);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> ChangeAsync(
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
        var outcome = HttpMethods.IsPut(http.Request.Method)
            ? await memberships.JoinAsync(club, caller.AthleteId(), http, answer, cancellationToken)
            : await memberships.LeaveAsync(club, caller.AthleteId(), http, answer, cancellationToken);
        return outcome == MembershipOutcome.Done
            ? answer
            : Problems.Conflict(
                "too-many-clubs",
                $"You are in {ClubMembership.MaxClubs} clubs, the most that one athlete can be in; leave one first.",
                new Dictionary<string, object?> { ["limit"] = ClubMembership.MaxClubs });
    }
}
