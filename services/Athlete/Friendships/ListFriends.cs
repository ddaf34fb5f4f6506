using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Strava.ServiceDefaults;

namespace Strava.Athletes.Friendships;

/// <summary><c>GET /athletes/me/friends</c>: friends and requests of either direction, by name.</summary>
internal static class ListFriends
{
    public static void MapListFriends(this IEndpointRouteBuilder me) =>
        me.MapGet("/friends", ListAsync).WithName("ListFriends")
            .WithSummary("Your friends and the requests of either direction, by name");

    private static async Task<Results<Ok<List<Friend>>, StatusCodeHttpResult>> ListAsync(
        Paging paging,
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        HttpContext http,
        CancellationToken cancellationToken)
    {
        // One line more than asked for tells whether there is a next page.
        var lines = await FriendLines.ReadAsync(
            database, caller.AthleteId(), other: null, paging.Offset, paging.PageSize + 1, cancellationToken);
        if (lines.Count > paging.PageSize)
        {
            lines.RemoveAt(paging.PageSize);
            paging.AddNextLink(http);
        }

        return EntityTags.IsNotModified(http, EntityTags.Weak(Fingerprint(lines)))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(lines.ConvertAll(line => line.Friend));
    }

    /// <summary>Everything that a line shows follows from its id and versions.</summary>
    private static string Fingerprint(List<FriendLine> lines)
    {
        var versions = string.Join(
            '/', lines.Select(line => $"{line.Friend.AthleteId:N}.{line.PairVersion}.{line.ProfileVersion}"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(versions)).AsSpan(0, 16));
    }
}
