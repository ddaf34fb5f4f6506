using System.Security.Claims;

namespace Strava.ServiceDefaults;

/// <summary>Who is calling. Only ever read from the verified token, never from a header or a body.</summary>
public static class Caller
{
    /// <summary>
    /// Names the subjects of issuers that do not use UUIDs. Fixed for ever: athletes' ids come from it.
    /// </summary>
    private static readonly Guid Subjects = new("6f1c7a1e-3a0b-5c1b-9a53-0e6c5f2f4d10");

    /// <summary>
    /// The token's `sub` where it is a UUID; else a UUID made of issuer and subject, the same at every sign-in.
    /// </summary>
    public static Guid AthleteId(this ClaimsPrincipal caller)
    {
        var subject = caller.FindFirst("sub")
            ?? throw new InvalidOperationException(
                "No authenticated caller: does the endpoint allow anonymous callers?");
        return Guid.TryParseExact(subject.Value, "D", out var athleteId)
            ? athleteId
            : NameBasedGuid.Create(Subjects, $"{caller.FindFirst("iss")?.Value}\n{subject.Value}");
    }

    /// <summary>The token's `name`, or null where the issuer tells none.</summary>
    public static string? DisplayName(this ClaimsPrincipal caller)
    {
        return caller.FindFirst("name")?.Value;
    }
}
