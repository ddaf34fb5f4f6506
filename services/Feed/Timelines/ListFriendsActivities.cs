using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Strava.Contracts.Rest;
using Strava.ServiceDefaults;

namespace Strava.Feeds.Timelines;

/// <summary>
/// <c>GET /activities?mode=FRIENDS</c>: friends' saved activities that friends may see, newest first.
/// </summary>
internal static class ListFriendsActivities
{
    /// <summary>
    /// A numbered page is found by reading all that lie before it; a cursor is as cheap on the thousandth page.
    /// </summary>
    private const int DeepestLine = 10_000;

    public static WebApplicationBuilder AddTimelines(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<FriendsActivities>();
        return builder;
    }

    public static void MapListFriendsActivities(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/activities", ListAsync).WithName("ListFriendsActivities").WithTags("Feed")
            .WithSummary("Your friends' saved activities that you may see, newest first");

    private static async Task<Results<Ok<List<PartialActivity>>, StatusCodeHttpResult, ProblemHttpResult>> ListAsync(
        [Description("FRIENDS; USER is answered by Activities."), Required, AllowedValues("FRIENDS")] string? mode,
        [Description("From the Link header of a page.")] string? cursor,
        Paging paging,
        ClaimsPrincipal caller,
        FriendsActivities activities,
        HttpContext http,
        CancellationToken cancellationToken)
    {
        if (mode != "FRIENDS")
        {
            return Problems.Malformed(
                "mode", "mode must be FRIENDS here; USER, your own activities, is answered elsewhere.");
        }

        // Where both are given the cursor decides: a next link keeps the page number that its request came with.
        var after = FeedCursor.Start;
        if (cursor is not null && !FeedCursor.TryRead(cursor, out after))
        {
            return Problems.Malformed("cursor", "This cursor is none of ours: take it from the Link header of a page.");
        }

        var offset = cursor is null ? paging.Offset : 0;
        if (offset + paging.PageSize > DeepestLine)
        {
            return Problems.Malformed(
                "page",
                $"page × pageSize may be {DeepestLine} at most; follow the Link header's rel=\"next\" to go deeper.");
        }

        // One line more than asked for tells whether there is a next page.
        var lines = await activities.ReadAsync(
            caller.AthleteId(), after, offset, paging.PageSize + 1, cancellationToken);
        if (lines.Count > paging.PageSize)
        {
            lines.RemoveAt(paging.PageSize);
            var last = lines[^1].Activity;
            NextLink.Add(http, "cursor", new FeedCursor(last.StartedAt, last.Id).ToString());
        }

        return EntityTags.IsNotModified(http, EntityTags.Weak(Fingerprint(lines)))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(lines.ConvertAll(line => line.Activity));
    }

    /// <summary>Everything that a line shows follows from these ids and versions.</summary>
    private static string Fingerprint(List<FeedLine> lines)
    {
        var versions = string.Join(
            '/', lines.Select(line => $"{line.Activity.Id:N}.{line.ActivityVersion}.{line.AthleteVersion}"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(versions)).AsSpan(0, 16));
    }
}
