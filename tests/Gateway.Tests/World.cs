using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;

namespace Strava.Gateway.Tests;

/// <summary>
/// One gateway with a stub for every service, shared by the tests: it keeps nothing between requests.
/// </summary>
[SetUpFixture]
internal sealed class World
{
    public const string Issuer = "https://issuer.test";

    public static readonly string[] ServiceNames = ["activity", "athlete", "feed", "leaderboard", "locallegend"];

    private static readonly Dictionary<string, StubService> Stubs = [];
    private static string? _folder;
    private static RunningGateway? _gateway;

    public static HttpClient Http { get; private set; } = null!;

    public static string KeyFile => Path.Combine(_folder!, "issuer", "key.pem");

    public static StubService Stub(string name)
    {
        return Stubs[name];
    }

    public static Dictionary<string, string> Settings()
    {
        var settings = new Dictionary<string, string>
        {
            ["DevelopmentIssuer:Enabled"] = "true",
            ["DevelopmentIssuer:KeyFile"] = KeyFile,
            ["DevelopmentIssuer:Issuer"] = Issuer,
        };
        foreach (var (name, stub) in Stubs)
        {
            settings[$"ReverseProxy:Clusters:{name}:Destinations:d1:Address"] = stub.Address.ToString();
        }

        return settings;
    }

    public static async Task<string> TokenAsync(string athlete = "demo")
    {
        var response = await Http.PostAsJsonAsync("/dev/token", new { athlete });
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        return answer.GetProperty("accessToken").GetString()!;
    }

    public static Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, string? token, HttpContent? body = null)
    {
        var request = new HttpRequestMessage(method, path) { Content = body };
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return Http.SendAsync(request);
    }

    public static ECDsa IssuerKey()
    {
        var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(KeyFile));
        return key;
    }

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = Directory.CreateTempSubdirectory("gateway-tests-").FullName;
        foreach (var name in ServiceNames)
        {
            Stubs[name] = await StubService.StartAsync(name);
        }

        _gateway = new RunningGateway(Settings());
        Http = _gateway.Start();
        Http.Timeout = TimeSpan.FromSeconds(30);

        // Asks first: a server that refuses a large body does not read it, and a client that only writes may miss the
        // answer.
        Http.DefaultRequestHeaders.ExpectContinue = true;
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        Http?.Dispose();
        if (_gateway is not null)
        {
            await _gateway.DisposeAsync();
        }

        foreach (var stub in Stubs.Values)
        {
            await stub.DisposeAsync();
        }

        Directory.Delete(_folder!, recursive: true);
    }
}
