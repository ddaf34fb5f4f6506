using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.IdentityModel.Tokens;

namespace Strava.Gateway.Development;

/// <summary>What any OpenID Connect issuer publishes, so that services need no special case for development.</summary>
internal static class Discovery
{
    public static void MapDiscovery(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/.well-known/openid-configuration", GetConfiguration).AllowAnonymous()
            .WithName("GetIssuer").WithTags("Sign in").WithSummary("The development issuer (OpenID Connect discovery)");
        routes.MapGet("/.well-known/jwks.json", GetKeys).AllowAnonymous()
            .WithName("GetIssuerKeys").WithTags("Sign in").WithSummary("The keys that its tokens are signed with");
    }

    private static JsonHttpResult<Dictionary<string, object>> GetConfiguration(
        HttpRequest request, DevelopmentTokens tokens)
    {
        return TypedResults.Json(new Dictionary<string, object>
        {
            ["issuer"] = tokens.Issuer,

            // By the name the caller used: inside a container network that is not the issuer's public name.
            ["jwks_uri"] = $"{request.Scheme}://{request.Host}/.well-known/jwks.json",
            ["response_types_supported"] = new List<string> { "token" },
            ["subject_types_supported"] = new List<string> { "public" },
            ["id_token_signing_alg_values_supported"] = new List<string> { SecurityAlgorithms.EcdsaSha256 },
        });
    }

    private static JsonHttpResult<Dictionary<string, object>> GetKeys(DevelopmentKey key)
    {
        var only = key.Public;
        return TypedResults.Json(new Dictionary<string, object>
        {
            ["keys"] = new[]
            {
                new Dictionary<string, string>
                {
                    ["kty"] = only.Kty,
                    ["crv"] = only.Crv,
                    ["x"] = only.X,
                    ["y"] = only.Y,
                    ["use"] = only.Use,
                    ["alg"] = only.Alg,
                    ["kid"] = only.Kid,
                },
            },
        });
    }
}
