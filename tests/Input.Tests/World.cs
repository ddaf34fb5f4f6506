using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Strava.Inputs.Cases;
using Strava.Testing;

[assembly: NonParallelizable]

namespace Strava.Inputs;

/// <summary>One running stack with an athlete, a stranger, and activities in each state.</summary>
[SetUpFixture]
public sealed class World
{
    private static readonly Dictionary<string, Func<string>> Words = [];
    private static StackFixture? _stack;
    private static int _sequence = 1_000;

    public static StackFixture Stack => _stack ?? throw new InvalidOperationException("The stack is not up.");

    public static string Token { get; private set; } = "";

    public static Uri Gateway => Stack["gateway"].Url;

    /// <summary>Puts what exists in the place of {words}.</summary>
    public static string Fill(string text) =>
        Words.Aggregate(text, (filled, word) =>
            filled.Contains(word.Key, StringComparison.Ordinal) ? filled.Replace(word.Key, word.Value(), StringComparison.Ordinal) : filled);

    [OneTimeSetUp]
    public static async Task StartAsync()
    {
        _stack = await StackFixture.StartAsync((service, settings) =>
        {
            if (service == "gateway")
            {
                // A thousand refusals in a row are what the rates are there to stop; they have tests of their own.
                settings["RateLimits__Enabled"] = "false";
            }
        });
        var (token, me) = await SignInAsync("input");
        var (strangersToken, stranger) = await SignInAsync("stranger");
        Token = token;
        var hourAgo = TimeProvider.System.GetUtcNow().AddHours(-1);
        Words["{me}"] = () => me;
        Words["{stranger}"] = () => stranger;
        Words["{token}"] = () => token;
        Words["{host}"] = () => Gateway.Authority;
        Words["{at}"] = () => $"{hourAgo.AddSeconds(10):yyyy-MM-ddTHH:mm:ss.fffZ}";
        Words["{start}"] = () => $"{hourAgo:yyyy-MM-ddTHH:mm:ss.fffZ}";
        Words["{end}"] = () => $"{hourAgo.AddSeconds(60):yyyy-MM-ddTHH:mm:ss.fffZ}";
        Words["{future}"] = () => $"{TimeProvider.System.GetUtcNow().AddMinutes(6):yyyy-MM-ddTHH:mm:ss.fffZ}";
        Words["{sequence}"] = () => $"{Interlocked.Increment(ref _sequence)}";
        Words["{new}"] = () => $"{Guid.CreateVersion7()}";
        var created = await MakeAsync(token, """{"type":"RUN"}""");
        var open = await MakeAsync(token, Fill("""{"type":"RUN","startedAt":"{start}"}"""));
        var complete = await MakeAsync(token, Fill("""{"type":"RUN","startedAt":"{start}"}"""));
        await SendAsync(token, "PATCH", $"/activities/{complete}", Fill("""{"state":"COMPLETE","at":"{end}"}"""));
        var foreign = await MakeAsync(strangersToken, Fill("""{"type":"RUN","startedAt":"{start}","visibility":"ONLY_ME"}"""));
        var gone = await MakeAsync(token, """{"type":"RUN"}""");
        await SendAsync(token, "DELETE", $"/activities/{gone}", null);
        var today = TimeProvider.System.GetUtcNow();
        Words["{today}"] = () => $"{today:yyyy-MM-dd}";
        Words["{nextWeek}"] = () => $"{today.AddDays(7):yyyy-MM-dd}";
        var challenge = (await SendAsync(token, "POST", "/challenges", Fill(
            """{"name":"a challenge","metric":"distance","startsOn":"{today}","endsOn":"{nextWeek}"}"""))).GetProperty("id").GetString()!;
        Words["{challenge}"] = () => challenge;
        var club = (await SendAsync(token, "POST", "/clubs", """{"name":"Input","sport":"RUN"}""")).GetProperty("id").GetString()!;
        Words["{club}"] = () => club;
        var segment = (await SendAsync(token, "POST", "/segments", SegmentCases.Right)).GetProperty("id").GetString()!;
        Words["{segment}"] = () => segment;
        var foreignSegment = (await SendAsync(strangersToken, "POST", "/segments", SegmentCases.Right)).GetProperty("id").GetString()!;
        Words["{foreignSegment}"] = () => foreignSegment;
        var hiddenSegment = (await SendAsync(strangersToken, "POST", "/segments", SegmentCases.RightToo)).GetProperty("id").GetString()!;
        await SendAsync(strangersToken, "PATCH", $"/segments/{hiddenSegment}", """{"hidden":true}""");
        Words["{hiddenSegment}"] = () => hiddenSegment;
        Words["{created}"] = () => created;
        Words["{open}"] = () => open;
        Words["{complete}"] = () => complete;
        Words["{foreign}"] = () => foreign;
        Words["{gone}"] = () => gone;
    }

    [OneTimeTearDown]
    public static async Task StopAsync()
    {
        if (_stack is not null)
        {
            await Figures.TellAsync();
            await _stack.DisposeAsync();
        }
    }

    private static async Task<(string Token, string Id)> SignInAsync(string athlete)
    {
        using var answer = await Stack.Gateway.PostAsJsonAsync("/dev/token", new { athlete, country = "SI" });
        var json = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>();
        return (json.GetProperty("accessToken").GetString()!, json.GetProperty("athleteId").GetString()!);
    }

    private static async Task<string> MakeAsync(string token, string json) =>
        (await SendAsync(token, "POST", "/activities", json)).GetProperty("id").GetString()!;

    private static async Task<JsonElement> SendAsync(string token, string method, string path, string? json)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative))
        {
            Content = json is null ? null : new StringContent(json, System.Text.Encoding.UTF8, "application/json"),
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
        };
        using var answer = await Stack.Gateway.SendAsync(request);
        var text = await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }
}
