using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Strava.Access;

/// <summary>
/// Tokens as no issuer makes them. A real one is taken apart, changed, and signed with the issuer's own key unless the
/// fault is the signature: each is wrong in one way only.
/// </summary>
internal static class Tokens
{
    private static readonly ECDsa Strange = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private const string Nowhere = "http://127.0.0.1:1/keys";

    public static Dictionary<string, Func<string, string>> Bad { get; } = new()
    {
        ["alg none"] = good => Unsigned(good, "none"),
        ["alg NONE"] = good => Unsigned(good, "NONE"),
        ["HS256 with the public key"] = SignedWithPublicKey,
        ["RS256 in name"] = good => Changed(good, header => header["alg"] = "RS256"),
        ["another key under the issuer's kid"] = good => Changed(good, key: Strange),
        ["another key and no kid"] = good => Changed(good, header => header.Remove("kid"), key: Strange),
        ["kid is a path"] = good => Changed(good, header => header["kid"] = "../../../dev/null", key: Strange),
        ["kid is SQL"] = good => Changed(good, header => header["kid"] = "' UNION SELECT 'secret' --", key: Strange),
        ["jku names a key server"] = good => Changed(good, header => header["jku"] = Nowhere, key: Strange),
        ["x5u names a certificate"] = good => Changed(good, header => header["x5u"] = Nowhere, key: Strange),
        ["jwk brings its own key"] = good => Changed(good, header => header["jwk"] = Jwk(Strange), key: Strange),
        ["another audience"] = good => Changed(good, claims: claims => claims["aud"] = "other"),
        ["no audience"] = good => Changed(good, claims: claims => claims.Remove("aud")),
        ["another issuer"] = good => Changed(good, claims: claims => claims["iss"] = "https://evil.test"),
        ["no issuer"] = good => Changed(good, claims: claims => claims.Remove("iss")),
        ["expired"] = good => Changed(good, claims: claims => claims["exp"] = Seconds(minutes: -2)),
        ["not yet valid"] = good => Changed(good, claims: claims => claims["nbf"] = Seconds(minutes: 3)),
        ["never expires"] = good => Changed(good, claims: claims => claims.Remove("exp")),
        ["expires as text"] = good => Changed(good, claims: claims => claims["exp"] = "tomorrow"),
        ["no subject"] = good => Changed(good, claims: claims => claims.Remove("sub")),
        ["blank subject"] = good => Changed(good, claims: claims => claims["sub"] = " "),
        ["claims changed after signing"] = good =>
            With(good, 1, Encode(Edit(good, 1, claims => claims["sub"] = $"{Guid.NewGuid()}"))),
        ["signature cut"] = good => good[..^8],
        ["signature of zeros"] = good => With(good, 2, Base64Url.EncodeToString(new byte[64])),
        ["no signature"] = good => With(good, 2, ""),
        ["garbage"] = _ => "garbage",
        ["dots"] = _ => "..",
        ["empty"] = _ => "",
        ["two tokens in one header"] = good => $"{good}, Bearer {good}",
    };

    /// <summary>The control: taken apart and put together again, nothing changed.</summary>
    public static string Again(string good) => Changed(good);

    /// <summary>Every claim by which some platform knows its administrators.</summary>
    public static string WithRoles(string good) => Changed(good, claims: claims =>
    {
        claims["role"] = "admin";
        claims["roles"] = new JsonArray("admin", "internal");
        claims["scope"] = "admin internal openid";
        claims["groups"] = new JsonArray("administrators");
        claims["admin"] = true;
    });

    private static string Changed(
        string good, Action<JsonObject>? header = null, Action<JsonObject>? claims = null, ECDsa? key = null)
    {
        var signed = $"{Encode(Edit(good, 0, header))}.{Encode(Edit(good, 1, claims))}";
        using var issuers = ECDsa.Create();
        issuers.ImportFromPem(File.ReadAllText(World.KeyFile));
        var signature = (key ?? issuers).SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256);
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Unsigned(string good, string algorithm) =>
        $"{Encode(Edit(good, 0, header => header["alg"] = algorithm))}.{good.Split('.')[1]}.";

    /// <summary>The classic confusion: the verifier takes the issuer's public key for a shared secret.</summary>
    private static string SignedWithPublicKey(string good)
    {
        using var issuers = ECDsa.Create();
        issuers.ImportFromPem(File.ReadAllText(World.KeyFile));
        var signed = $"{Encode(Edit(good, 0, header => header["alg"] = "HS256"))}.{good.Split('.')[1]}";
        var secret = Encoding.ASCII.GetBytes(issuers.ExportSubjectPublicKeyInfoPem());
        return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(signed)))}";
    }

    private static JsonObject Edit(string token, int part, Action<JsonObject>? change)
    {
        var json = JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[part]))!.AsObject();
        change?.Invoke(json);
        return json;
    }

    private static string With(string token, int part, string text)
    {
        var parts = token.Split('.');
        parts[part] = text;
        return string.Join('.', parts);
    }

    private static JsonObject Jwk(ECDsa key)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return new JsonObject
        {
            ["kty"] = "EC",
            ["crv"] = "P-256",
            ["x"] = Base64Url.EncodeToString(point.X),
            ["y"] = Base64Url.EncodeToString(point.Y),
        };
    }

    private static long Seconds(int minutes) => TimeProvider.System.GetUtcNow().AddMinutes(minutes).ToUnixTimeSeconds();

    private static string Encode(JsonObject json) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));
}
