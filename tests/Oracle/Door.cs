using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Strava.Oracle;

/// <summary>Asks through the gateway as an athlete would.</summary>
internal sealed class Door(Targets targets) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = targets.Gateway, Timeout = TimeSpan.FromSeconds(10) };
    private readonly Dictionary<Guid, string?> _tokens = [];

    public async Task<bool> HasTokenAsync(Athlete athlete) => await TokenAsync(athlete) is not null;

    public async Task<(HttpStatusCode Status, JsonElement Body, string? Next)> GetAsync(Athlete athlete, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(athlete));
        using var answer = await _http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        var body = text.Length == 0 ? default : JsonDocument.Parse(text).RootElement.Clone();
        return (answer.StatusCode, body, NextOf(answer));
    }

    /// <summary>A whole list, page after page.</summary>
    public async Task<List<JsonElement>> ListAsync(Athlete athlete, string path)
    {
        var lines = new List<JsonElement>();
        for (var next = path; next is not null;)
        {
            var (status, body, following) = await GetAsync(athlete, next);
            if (status != HttpStatusCode.OK)
            {
                throw new HttpRequestException($"GET {next} answered {(int)status}: {body}");
            }

            lines.AddRange(body.EnumerateArray());
            next = following;
        }

        return lines;
    }

    public void Dispose() => _http.Dispose();

    private async Task<string?> TokenAsync(Athlete athlete)
    {
        if (!_tokens.TryGetValue(athlete.Id, out var token))
        {
            _tokens[athlete.Id] = token = await targets.Token(athlete);
        }

        return token;
    }

    // Link: </activities?mode=FRIENDS&cursor=...>; rel="next"
    private static string? NextOf(HttpResponseMessage answer)
    {
        var link = answer.Headers.TryGetValues("Link", out var values)
            ? values.FirstOrDefault(value => value.Contains("rel=\"next\"", StringComparison.Ordinal))
            : null;
        return link?[(link.IndexOf('<', StringComparison.Ordinal) + 1)..link.IndexOf('>', StringComparison.Ordinal)];
    }
}
