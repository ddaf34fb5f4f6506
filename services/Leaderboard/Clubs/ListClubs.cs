using System.Buffers;
using System.Buffers.Text;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Strava.Contracts.Rest;
using Strava.Contracts.Sports;
using Strava.Core.Reading;
using Strava.ServiceDefaults;

namespace Strava.Leaderboards.Clubs;

/// <summary>Which clubs are wanted.</summary>
internal sealed record ClubsWanted(string? Name, Sport? Sport, bool Mine, ClubsCursor? After, int Size, long Offset);

/// <summary>The last club that a reader has seen.</summary>
internal readonly record struct ClubsCursor(string Folded, Guid Id)
{
    private const int IdBytes = 16;

    public override string ToString() =>
        Base64Url.EncodeToString([.. Id.ToByteArray(), .. Encoding.UTF8.GetBytes(Folded)]);

    public static ClubsCursor? Parse(string text)
    {
        var bytes = new byte[Base64Url.GetMaxDecodedLength(Math.Min(text.Length, 1_000))];
        if (Base64Url.DecodeFromChars(text, bytes, out _, out var length) != OperationStatus.Done || length < IdBytes)
        {
            return null;
        }

        var folded = Encoding.UTF8.GetString(bytes, IdBytes, length - IdBytes);
        var cursor = new ClubsCursor(folded, new Guid(bytes.AsSpan(0, IdBytes)));
        return cursor.ToString() == text && !cursor.Folded.Contains('\0', StringComparison.Ordinal) ? cursor : null;
    }
}

/// <summary><c>GET /clubs</c>: browse by name, or your own.</summary>
internal static class ListClubs
{
    public static void MapListClubs(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/clubs", ListAsync).WithTags("Clubs").WithName("ListClubs")
            .WithSummary("Clubs by name, or your own")
            .WithDescription("By name, those that begin with what you look for.")
            .Refuses(400);

    private static async Task<Results<Ok<List<Club>>, StatusCodeHttpResult, ProblemHttpResult>> ListAsync(
        Paging paging,
        [FromQuery, Description("The beginning of the name; case and blanks do not matter.")]
        [MaxLength(CreateClub.MaxNameCharacters)]
        string? name,
        [FromQuery, Description("Without it: all."), AllowedValues("RUN", "RIDE")] string? sport,
        [FromQuery, Description("me: only those that you are a member of."), AllowedValues("me")] string? member,
        [FromQuery, Description("From the Link header of a page.")] string? cursor,
        ClaimsPrincipal caller,
        ClubDirectory directory,
        HttpContext http,
        CancellationToken cancellationToken)
    {
        var faults = new QueryFaults();
        var (after, sportValue) = (faults.Cursor(cursor, ClubsCursor.Parse), faults.Sport(sport));
        if (name is { Length: > CreateClub.MaxNameCharacters } || (name?.Any(char.IsControl) ?? false))
        {
            faults["name"] = [$"At most {CreateClub.MaxNameCharacters} characters, none of them a control character."];
        }

        if (member is not (null or "me"))
        {
            faults["member"] = ["Unknown word; allowed: me."];
        }

        if (faults.Count > 0)
        {
            return Problems.Malformed(faults);
        }

        // One more than asked for tells whether there is a next page.
        var wanted = new ClubsWanted(name, sportValue, member is not null, after, paging.PageSize + 1, paging.Offset);
        var lines = await directory.ListAsync(caller.AthleteId(), wanted, cancellationToken);
        if (lines.Count > paging.PageSize)
        {
            lines.RemoveAt(paging.PageSize);
            NextLink.Add(http, "cursor", lines[^1].Cursor.ToString());
        }

        return Shown.As(http, lines.ConvertAll(line => line.Club));
    }
}
