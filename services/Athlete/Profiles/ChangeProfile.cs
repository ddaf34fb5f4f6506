using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Strava.Core.Idempotency;
using Strava.ServiceDefaults;

namespace Strava.Athletes.Profiles;

/// <summary>
/// <c>PATCH /athletes/me</c>: makes the profile or changes it. Sent again it changes nothing and says nothing on the
/// bus.
/// </summary>
internal static class ChangeProfile
{
    private const string Example =
        """{ "country": "SI", "region": "SI-061", "city": "Ljubljana", "timeZone": "Europe/Ljubljana" }""";

    public static void MapChangeProfile(this IEndpointRouteBuilder me) =>
        me.MapPatch("", ChangeAsync).WithName("ChangeProfile")
            .WithSummary("Make your profile, or change it")
            .WithExample("where you live", Example)
            .Refuses(412, 422);

    private static async Task<Results<Ok<Profile>, ProblemHttpResult>> ChangeAsync(
        ProfilePatch patch,
        ClaimsPrincipal caller,
        NpgsqlDataSource database,
        HttpContext http,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var current = await ProfileRows.LockAsync(connection, caller.AthleteId(), cancellationToken);
        if (EntityTags.IsMismatch(http.Request, current.Version))
        {
            return Problems.PreconditionFailed(current.Version);
        }

        var isNew = current.Version == 0;
        var (profile, errors) = ProfileRules.Apply(current, isNew ? WithDefaultName(patch, caller) : patch);
        if (errors.Count > 0)
        {
            return Problems.Impossible(errors);
        }

        if (isNew || profile != current)
        {
            profile = profile with { Version = current.Version + 1 };
            await ProfileRows.SaveAsync(connection, profile, cancellationToken);
        }

        http.Response.GetTypedHeaders().ETag = EntityTags.OfVersion(profile.Version);
        var answer = TypedResults.Ok(profile);
        await connection.KeepAsync(http, answer, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return answer;
    }

    private static ProfilePatch WithDefaultName(ProfilePatch patch, ClaimsPrincipal caller) =>
        patch with { Name = patch.Name ?? caller.DisplayName() };
}
