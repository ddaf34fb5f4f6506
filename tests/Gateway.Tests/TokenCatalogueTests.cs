using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Strava.Gateway.Tests;

/// <summary>Every way to be somebody else, and each is 401.</summary>
internal sealed class TokenCatalogueTests
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    [Test]
    public async Task The_catalogue_starts_from_a_token_that_is_let_through()
    {
        var response = await World.SendAsync(HttpMethod.Get, "/activities", Forge());

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase("alg none")]
    [TestCase("alg None")]
    [TestCase("HS256 with the public key")]
    [TestCase("another key")]
    [TestCase("another key under the issuer's kid")]
    [TestCase("kid is a path")]
    [TestCase("kid is SQL")]
    [TestCase("jku names a key server")]
    [TestCase("x5u names a certificate")]
    [TestCase("jwk brings its own key")]
    [TestCase("crit is unknown")]
    [TestCase("another audience")]
    [TestCase("no audience")]
    [TestCase("another issuer")]
    [TestCase("no issuer")]
    [TestCase("expired")]
    [TestCase("not yet good")]
    [TestCase("never expires")]
    [TestCase("no subject")]
    [TestCase("blank subject")]
    [TestCase("payload changed")]
    [TestCase("signature cut")]
    [TestCase("no signature")]
    [TestCase("garbage")]
    [TestCase("dots")]
    [TestCase("two tokens")]
    public async Task A_bad_token_is_401(string fault)
    {
        await ShouldBe401Async(await World.SendAsync(HttpMethod.Get, "/activities", BadToken(fault)));
    }

    [Test]
    public async Task No_token_is_401()
    {
        await ShouldBe401Async(await World.SendAsync(HttpMethod.Get, "/activities", token: null));
    }

    [TestCase("Basic ZGVtbzpkZW1v")]
    [TestCase("Bearer")]
    [TestCase("bogus")]
    public async Task Another_scheme_is_401(string header)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/activities");
        request.Headers.TryAddWithoutValidation("Authorization", header);
        await ShouldBe401Async(await World.Http.SendAsync(request));
    }

    [Test]
    public async Task Two_authorization_headers_are_401_even_when_both_are_good()
    {
        var token = await World.TokenAsync();
        var answer = await RawHttp.SendAsync(
            "GET /activities HTTP/1.1", $"Authorization: Bearer {token}", $"Authorization: Bearer {token}");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer, Does.StartWith("HTTP/1.1 401"));
            Assert.That(answer, Does.Contain("WWW-Authenticate: Bearer"));
            Assert.That(answer, Does.Contain("application/problem+json"));
        }
    }

    [Test]
    public async Task A_token_in_the_query_counts_for_nothing()
    {
        await ShouldBe401Async(
            await World.SendAsync(HttpMethod.Get, $"/activities?access_token={await World.TokenAsync()}", token: null));
    }

    [TestCase(17_000)]
    [TestCase(1_000_000)]
    public async Task A_huge_token_is_431(int length)
    {
        using var connection = new RawConnection(World.Http.BaseAddress!);
        await connection.WriteAsync("GET /activities HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ");
        try
        {
            await connection.WriteAsync(new string('a', length) + "\r\n\r\n");
        }
        catch (IOException)
        {
            // It need not read to the end what it has refused already.
        }

        Assert.That(await connection.ReadToEndAsync(), Does.StartWith("HTTP/1.1 431"));
    }

    [Test]
    public async Task A_token_that_names_a_key_server_has_nobody_called()
    {
        await World.SendAsync(HttpMethod.Get, "/athletes/me", BadToken("jku names a key server"));
        await World.SendAsync(HttpMethod.Get, "/athletes/me", BadToken("x5u names a certificate"));

        Assert.That(
            World.Stub("activity").Paths, Has.None.StartsWith("/keys").And.None.StartsWith("/certificate"));
    }

    private static async Task ShouldBe401Async(HttpResponseMessage response)
    {
        await response.ShouldBeProblemAsync(HttpStatusCode.Unauthorized);
        Assert.That(response.Headers.WwwAuthenticate.Select(challenge => challenge.Scheme), Does.Contain("Bearer"));
    }

    /// <summary>By name, because the cases are listed before the gateway has made its key.</summary>
    private static string BadToken(string fault)
    {
        return fault switch
        {
            "alg none" => Unsigned("none"),
            "alg None" => Unsigned("None"),
            "HS256 with the public key" => SignedWithPublicKey(),
            "another key" => Forge(key: StrangeKey()),
            "another key under the issuer's kid" => Forge(key: StrangeKey(), kid: IssuerKid()),
            "kid is a path" => Forge(key: StrangeKey(), kid: "../../dev/null"),
            "kid is SQL" => Forge(key: StrangeKey(), kid: "' UNION SELECT 'secret' --"),
            "jku names a key server" => WithHeader("jku", $"{World.Stub("activity").Address}keys"),
            "x5u names a certificate" => WithHeader("x5u", $"{World.Stub("activity").Address}certificate"),
            "jwk brings its own key" => WithHeader("jwk", key: StrangeKey()),
            "crit is unknown" => WithHeader("crit", "nothing"),
            "another audience" => Forge(audience: "other"),
            "no audience" => Forge(audience: null),
            "another issuer" => Forge(issuer: "https://evil.test"),
            "no issuer" => Forge(issuer: null),
            "expired" => Forge(from: Now.AddHours(-2), to: Now.AddMinutes(-2)),
            "not yet good" => Forge(from: Now.AddMinutes(3)),
            "never expires" => Forge(expires: false),
            "no subject" => Forge(subject: null),
            "blank subject" => Forge(subject: " "),
            "payload changed" => WithChangedPayload(Forge()),
            "signature cut" => Forge()[..^8],
            "no signature" => Forge()[..(Forge().LastIndexOf('.') + 1)],
            "garbage" => "garbage",
            "dots" => "..",
            "two tokens" => $"{Forge()}, Bearer {Forge()}",
            _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "No such fault."),
        };
    }

    private static string Forge(
        ECDsa? key = null,
        string? kid = null,
        string? issuer = World.Issuer,
        string? audience = "strava",
        string? subject = "0199a7b0-0000-7000-8000-000000000001",
        DateTimeOffset? from = null,
        DateTimeOffset? to = null,
        bool expires = true)
    {
        var claims = new Dictionary<string, object>();
        if (subject is not null)
        {
            claims["sub"] = subject;
        }

        var credentials = new SigningCredentials(
            new ECDsaSecurityKey(
                key ?? World.IssuerKey())
            { KeyId = kid ?? IssuerKid() }, SecurityAlgorithms.EcdsaSha256);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
            new SecurityTokenDescriptor
            {
                Issuer = issuer,
                Audience = audience,
                NotBefore = from?.UtcDateTime,
                Expires = expires ? (to ?? Now.AddHours(1)).UtcDateTime : null,
                Claims = claims,
                SigningCredentials = credentials,
            });
    }

    /// <summary>Signed by a stranger, whose key the token itself tells where to find.</summary>
    private static string WithHeader(string name, string? value = null, ECDsa? key = null)
    {
        using var signer = key ?? StrangeKey();
        var jwk = JsonWebKeyConverter.ConvertFromECDsaSecurityKey(new ECDsaSecurityKey(signer));
        object content = name switch
        {
            "jwk" => new { kty = jwk.Kty, crv = jwk.Crv, x = jwk.X, y = jwk.Y },
            "crit" => new[] { value },
            _ => value!,
        };
        var header = JsonSerializer.Serialize(
            new Dictionary<string, object> { ["alg"] = "ES256", ["typ"] = "JWT", [name] = content });
        var signed = $"{Base64UrlEncoder.Encode(header)}.{Forge().Split('.')[1]}";
        var signature = signer.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256);
        return $"{signed}.{Base64UrlEncoder.Encode(signature)}";
    }

    private static string Unsigned(string algorithm)
    {
        var header = Base64UrlEncoder.Encode($$"""{"alg":"{{algorithm}}","typ":"JWT","kid":"{{IssuerKid()}}"}""");
        return $"{header}.{Forge().Split('.')[1]}.";
    }

    /// <summary>The classic confusion: the verifier takes the issuer's public key for a shared secret.</summary>
    private static string SignedWithPublicKey()
    {
        var header = Base64UrlEncoder.Encode($$"""{"alg":"HS256","typ":"JWT","kid":"{{IssuerKid()}}"}""");
        var signed = $"{header}.{Forge().Split('.')[1]}";
        using var key = World.IssuerKey();
        var secret = Encoding.ASCII.GetBytes(key.ExportSubjectPublicKeyInfoPem());
        return $"{signed}.{Base64UrlEncoder.Encode(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(signed)))}";
    }

    private static string WithChangedPayload(string token)
    {
        var parts = token.Split('.');
        var payload = Base64UrlEncoder.Decode(parts[1]).Replace("0199a7b0", "0199a7b1", StringComparison.Ordinal);
        return $"{parts[0]}.{Base64UrlEncoder.Encode(payload)}.{parts[2]}";
    }

    private static ECDsa StrangeKey()
    {
        return ECDsa.Create(ECCurve.NamedCurves.nistP256);
    }

    private static string IssuerKid()
    {
        using var key = World.IssuerKey();
        return Base64UrlEncoder.Encode(
            JsonWebKeyConverter.ConvertFromECDsaSecurityKey(new ECDsaSecurityKey(key)).ComputeJwkThumbprint());
    }
}
