using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Strava.EndToEnd;

/// <summary>An athlete with a phone: everything goes through the gateway with the athlete's own token.</summary>
internal sealed class Person
{
    private static readonly ConcurrentDictionary<Guid, string> Tokens = new();
    private static readonly JsonSerializerOptions Json =
        new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private readonly string? _token;

    private Person(string name, Guid id, string? token) => (Name, Id, _token) = (name, id, token);

    /// <summary>Somebody without a token.</summary>
    public static Person Nobody { get; } = new("nobody", Guid.Empty, token: null);

    public string Name { get; }

    public Guid Id { get; }

    public static string? TokenOf(Guid athlete) => Tokens.GetValueOrDefault(athlete);

    /// <summary>A new athlete; the name gets a suffix that no other has.</summary>
    public static async Task<Person> NewAsync(string name, string? country = "SI")
    {
        var full = $"{name}-{Guid.NewGuid().ToString("N")[..6]}";
        var answer = await Nobody.PostAsync("/dev/token", new { athlete = full, country });
        answer.Expect(HttpStatusCode.OK);
        var person = new Person(
            full, answer.Body.GetProperty("athleteId").GetGuid(), answer.Body.GetProperty("accessToken").GetString());
        Tokens[person.Id] = person._token!;
        return person;
    }

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<Answer> PostAsync(string path, object body) => SendAsync(HttpMethod.Post, path, ToContent(body));

    public Task<Answer> PostTextAsync(string path, string json) =>
        SendAsync(HttpMethod.Post, path, new StringContent(json, Encoding.UTF8, "application/json"));

    public Task<Answer> PutAsync(string path, object? body = null) =>
        SendAsync(HttpMethod.Put, path, body is null ? null : ToContent(body));

    public Task<Answer> PatchAsync(string path, object body) => SendAsync(HttpMethod.Patch, path, ToContent(body));

    public Task<Answer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, null);

    public Task<Answer> PatchStateAsync(Guid activity, string state, DateTimeOffset at) =>
        PatchAsync($"/activities/{activity}", new { state, at });

    public Task<Answer> UploadAsync(Guid activity, Recording recording) =>
        PutAsync($"/activities/{activity}/recording", recording);

    public async Task<Answer> ImportAsync(byte[] file, string? type = null)
    {
        using var form = new MultipartFormDataContent();
        using var content = new ByteArrayContent(file);
        form.Add(content, "file", "track.gpx");
        if (type is not null)
        {
            form.Add(new StringContent(type), "type");
        }

        return await SendAsync(HttpMethod.Post, "/activities/import", form);
    }

    /// <summary>Both ask, which makes it a friendship.</summary>
    public async Task BefriendAsync(Person other)
    {
        Assert.That((await PutAsync($"/athletes/me/friends/{other.Id}")).IsSuccess);
        Assert.That((await other.PutAsync($"/athletes/me/friends/{Id}")).IsSuccess);
    }

    /// <summary>Whether the FRIENDS list shows the activity.</summary>
    public async Task<bool> SeesInFeedAsync(Guid activity) => await ListsAsync("FRIENDS", activity);

    public async Task<bool> ListsAsync(string mode, Guid activity)
    {
        var list = (await GetAsync($"/activities?mode={mode}&page=1&pageSize=100")).OrThrow();
        return list.Body.EnumerateArray().Any(line => line.GetProperty("id").GetGuid() == activity);
    }

    /// <summary>The viewer's distance on a board; <c>null</c>: not on it.</summary>
    public async Task<double?> OnBoardAsync(string sport, string place = "country:SI", string window = "all")
    {
        var board = (await GetAsync($"/leaderboards/{sport}?place={place}&window={window}&top=10")).OrThrow();
        var viewer = board.Body.GetProperty("viewer");
        return viewer.ValueKind == JsonValueKind.Null ? null : viewer.GetProperty("distanceMeters").GetDouble();
    }

    private async Task<Answer> SendAsync(HttpMethod method, string path, HttpContent? content)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = content };
        request.Headers.Authorization = _token is null ? null : new AuthenticationHeaderValue("Bearer", _token);
        using var response = await Platform.Current.Gateway.SendAsync(request);
        return await Answer.FromAsync(response);
    }

    private static StringContent ToContent(object body) =>
        new(JsonSerializer.Serialize(body, Json), Encoding.UTF8, "application/json");
}
