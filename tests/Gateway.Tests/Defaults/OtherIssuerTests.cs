using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Strava.Gateway.Tests.Defaults;

/// <summary>
/// An issuer as others run theirs: under a path, RSA keys, several audiences in a token, subjects that are no UUIDs.
/// </summary>
internal sealed class OtherIssuerTests
{
    [TestCase(SecurityAlgorithms.RsaSha256)]
    [TestCase(SecurityAlgorithms.RsaSsaPssSha256)]
    public async Task Any_issuer_will_do_by_its_address_alone(string algorithm)
    {
        await using var issuer = await Issuer.StartAsync();
        await using var service = await SmallService.StartAsync(issuer.Authority);

        using var answer = await AskAsync(service, issuer.Token(algorithm));

        var me = JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync()).RootElement;
        Assert.That(me.GetProperty("name").GetString(), Is.EqualTo("Ana"));
        Assert.That(me.GetProperty("athleteId").GetGuid().Version, Is.EqualTo(5), "made of issuer and subject");
    }

    [TestCase(SecurityAlgorithms.RsaSha512)]
    [TestCase(SecurityAlgorithms.RsaSsaPssSha384)]
    public async Task An_algorithm_that_is_not_on_our_list_is_401_though_the_key_is_the_issuers(string algorithm)
    {
        await using var issuer = await Issuer.StartAsync();
        await using var service = await SmallService.StartAsync(issuer.Authority);

        await (await AskAsync(service, issuer.Token(algorithm))).ShouldBeProblemAsync(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task A_new_key_of_the_issuer_is_found_and_the_old_one_is_forgotten()
    {
        await using var issuer = await Issuer.StartAsync();
        await using var service = await SmallService.StartAsync(issuer.Authority);
        var old = issuer.Token(SecurityAlgorithms.RsaSha256);
        (await AskAsync(service, old)).EnsureSuccessStatusCode();

        issuer.Rotate();

        Assert.That(
            async () => (await AskAsync(service, issuer.Token(SecurityAlgorithms.RsaSha256))).StatusCode,
            Is.EqualTo(HttpStatusCode.OK).After(delayInMilliseconds: 25_000, pollingInterval: 500));
        await (await AskAsync(service, old)).ShouldBeProblemAsync(HttpStatusCode.Unauthorized);
    }

    private static Task<HttpResponseMessage> AskAsync(SmallService service, string token)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/me");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return service.Http.SendAsync(request);
    }

    private sealed class Issuer(WebApplication app) : IAsyncDisposable
    {
        private const string Path = "/realms/sport";
        private RSA _key = RSA.Create(2048);
        private string _kid = "first";

        public string Authority => $"{app.Urls.First()}{Path}";

        public static async Task<Issuer> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var issuer = new Issuer(builder.Build());
            await issuer.ServeAsync();
            return issuer;
        }

        public void Rotate()
        {
            _key.Dispose();
            (_key, _kid) = (RSA.Create(2048), "second");
        }

        public string Token(string algorithm) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Authority,
            Claims = new Dictionary<string, object>
            {
                ["aud"] = new[] { "account", "strava" },
                ["sub"] = "auth0|7",
                ["name"] = "Ana",
            },
            Expires = TimeProvider.System.GetUtcNow().AddMinutes(5).UtcDateTime,
            SigningCredentials = new SigningCredentials(Key(), algorithm),
        });

        private RsaSecurityKey Key() => new(_key)
        {
            KeyId = _kid,
            CryptoProviderFactory = new() { CacheSignatureProviders = false },
        };

        public async ValueTask DisposeAsync()
        {
            await app.DisposeAsync();
            _key.Dispose();
        }

        private async Task ServeAsync()
        {
            app.MapGet($"{Path}/.well-known/openid-configuration", () => TypedResults.Ok(new Dictionary<string, string>
            {
                ["issuer"] = Authority,
                ["jwks_uri"] = $"{Authority}/certificates",
            }));
            app.MapGet($"{Path}/certificates", () =>
            {
                var parameters = _key.ExportParameters(includePrivateParameters: false);
                return TypedResults.Ok(new
                {
                    keys = new[]
                    {
                        new
                        {
                            kty = "RSA",
                            use = "sig",
                            kid = _kid,
                            n = Base64UrlEncoder.Encode(parameters.Modulus),
                            e = Base64UrlEncoder.Encode(parameters.Exponent),
                        },
                    },
                });
            });
            await app.StartAsync();
        }
    }
}
