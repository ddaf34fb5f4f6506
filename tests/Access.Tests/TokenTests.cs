using System.Net.Sockets;
using System.Text;
using Strava.Testing;

namespace Strava.Access;

/// <summary>
/// Every way to be somebody else, at the gateway and at each service itself: 401 and a problem. The gateway's own tests
/// hold what concerns it alone (huge tokens, key servers that are never called).
/// </summary>
[Category("EndToEnd")]
public sealed class TokenTests
{
    /// <summary>A path of each process that wants a token.</summary>
    private static readonly Dictionary<string, string> Paths = new()
    {
        ["gateway"] = "/activities?mode=USER",
        ["activity"] = "/activities?mode=USER",
        ["athlete"] = "/athletes/me",
        ["feed"] = "/activities?mode=FRIENDS",
        ["leaderboard"] = "/leaderboards/RUN",

        // It has no route yet: who is signed in hears 404, and nobody else even that.
        ["locallegend"] = "/segments",
    };

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static IEnumerable<TestCaseData> All() =>
        from service in Paths.Keys
        from fault in Tokens.Bad.Keys
        select new TestCaseData(service, fault).SetArgDisplayNames(service, fault);

    public static IEnumerable<string> Processes => Paths.Keys;

    [TestCaseSource(nameof(Processes))]
    public async Task The_catalogue_begins_with_a_token_that_is_taken(string service)
    {
        var answer = await AskAsync(service, Paths[service], Tokens.Again(World.TokenOf(Actor.Stranger)!));

        Assert.That(answer.Status, Is.EqualTo(200), answer.Text);
    }

    [TestCaseSource(nameof(All))]
    public async Task A_bad_token_is_401(string service, string fault)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Paths[service], UriKind.Relative));
        var token = Tokens.Bad[fault](World.TokenOf(Actor.Owner)!);
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        using var answer = await World.Stack[service].Client.SendAsync(request);

        Judge(
            (int)answer.StatusCode == 401
            && answer.Content.Headers.ContentType?.MediaType == "application/problem+json"
            && answer.Headers.WwwAuthenticate.Any(challenge => challenge.Scheme == "Bearer"),
            $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    [Test]
    public async Task A_token_anywhere_but_in_the_one_header_counts_for_nothing(
        [ValueSource(nameof(Processes))] string service,
        [Values("access_token", "token", "authorization")] string member)
    {
        var path = Paths[service] + (Paths[service].Contains('?', StringComparison.Ordinal) ? '&' : '?');
        var answer = await AskAsync(service, $"{path}{member}={World.TokenOf(Actor.Owner)}", token: null);

        Judge(answer.Status == 401, $"{answer.Status} {answer.Text}");
    }

    [TestCaseSource(nameof(Processes))]
    public async Task A_cookie_or_another_header_counts_for_nothing(string service)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Paths[service], UriKind.Relative));
        var token = World.TokenOf(Actor.Owner)!;
        request.Headers.TryAddWithoutValidation("Cookie", $"access_token={token}");
        foreach (var header in new[] { "X-Authorization", "X-Access-Token", "Proxy-Authorization" })
        {
            request.Headers.TryAddWithoutValidation(header, $"Bearer {token}");
        }

        request.Headers.TryAddWithoutValidation("X-User-Id", World.IdOf(Actor.Owner));
        using var answer = await World.Stack[service].Client.SendAsync(request);

        Judge((int)answer.StatusCode == 401, $"{(int)answer.StatusCode}");
    }

    /// <summary>On a bare connection: a client library would join the two.</summary>
    [TestCaseSource(nameof(Processes))]
    public async Task Two_authorization_headers_are_401_even_when_both_are_good(string service)
    {
        var url = World.Stack[service].Url;
        var good = $"Authorization: Bearer {World.TokenOf(Actor.Owner)}\r\n";
        using var patience = new CancellationTokenSource(Patience);
        using var client = new TcpClient();
        await client.ConnectAsync(url.Host, url.Port, patience.Token);
        var stream = client.GetStream();
        var head = $"GET {Paths[service]} HTTP/1.1\r\nHost: {url.Authority}\r\nConnection: close\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{head}{good}{good}\r\n"), patience.Token);
        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync(patience.Token);

        Judge(
            answer.StartsWith("HTTP/1.1 401", StringComparison.Ordinal)
            && answer.Contains("application/problem+json", StringComparison.Ordinal),
            answer);
    }

    private static Task<Answer> AskAsync(string service, string path, string? token) =>
        Sender.SendAsync(World.Stack[service].Client, "GET", path, token);

    private static void Judge(bool isRight, string what)
    {
        Figures.Add("access.bad_tokens", "requests");
        Figures.Judge("access.bad_tokens_wrong", "requests", isRight);
        Assert.That(isRight, what);
    }
}
