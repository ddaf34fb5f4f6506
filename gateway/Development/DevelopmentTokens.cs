using System.Globalization;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Strava.ServiceDefaults;

namespace Strava.Gateway.Development;

internal sealed class DevelopmentTokens(
    DevelopmentKey key, string issuer, string audience, TimeSpan lifetime, TimeProvider time)
{
    /// <summary>Fixed for ever: a demo athlete's name always gives the same id, on every machine.</summary>
    private static readonly Guid Athletes = new("0d1f4c52-6a0e-5f0b-8d57-2b7a4b0c9e31");

    private readonly Lock _signing = new();
    private readonly SigningCredentials _credentials = key.CreateSigningCredentials();
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

    public string Issuer => issuer;

    public static Guid AthleteIdOf(string name)
    {
        return NameBasedGuid.Create(Athletes, name);
    }

    public string Create(Guid athleteId, string name)
    {
        var now = time.GetUtcNow();
        var descriptor = new SecurityTokenDescriptor
        {
            Issuer = issuer,
            Audience = audience,
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = (now + lifetime).UtcDateTime,
            SigningCredentials = _credentials,
            Claims = new Dictionary<string, object>
            {
                [JwtRegisteredClaimNames.Sub] = athleteId.ToString("D", CultureInfo.InvariantCulture),
                [JwtRegisteredClaimNames.Name] = name,
                [JwtRegisteredClaimNames.Jti] = Guid.CreateVersion7(now).ToString("N", CultureInfo.InvariantCulture),
            },
        };

        // One ECDsa object does not promise to sign on two threads at once.
        lock (_signing)
        {
            return _handler.CreateToken(descriptor);
        }
    }
}
