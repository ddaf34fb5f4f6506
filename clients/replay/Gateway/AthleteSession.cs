using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Strava.Replay.Gateway;

/// <summary>The gateway as one athlete sees it.</summary>
internal sealed class AthleteSession
{
    private readonly GatewayClient _gateway;
    private readonly AuthenticationHeaderValue _authorization;

    private AthleteSession(GatewayClient gateway, TokenAnswer token)
    {
        _gateway = gateway;
        _authorization = new AuthenticationHeaderValue("Bearer", token.AccessToken);
        AthleteId = token.AthleteId;
    }

    public Guid AthleteId { get; }

    /// <summary>Safe to repeat: the athlete's id follows from the name, and the same profile changes nothing.</summary>
    public static async Task<AthleteSession> OpenAsync(
        GatewayClient gateway, TokenRequest request, CancellationToken cancellationToken)
    {
        var answer = await gateway.SendAsync(
            () => new HttpRequestMessage(HttpMethod.Post, "/dev/token") { Content = JsonBody(request) },
            cancellationToken);
        if (answer.Status == System.Net.HttpStatusCode.NotFound)
        {
            throw new ReplayFailureException(
                $"{gateway.Address} hands out no development tokens: "
                + "only a stack in Development does, as make run starts it.");
        }

        return new AthleteSession(gateway, answer.Read<TokenAnswer>());
    }

    public Task<Answer> GetAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, path, () => null, cancellationToken);

    public Task<Answer> PostAsync<T>(string path, T body, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, path, () => JsonBody(body), cancellationToken);

    public Task<Answer> PatchAsync<T>(string path, T body, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Patch, path, () => JsonBody(body), cancellationToken);

    public Task<Answer> PutAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Put, path, () => null, cancellationToken);

    public Task<Answer> PutGzipAsync<T>(string path, T body, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Put, path, () => GzipBody(body), cancellationToken);

    public Task<Answer> PostFormAsync(
        string path, Func<MultipartFormDataContent> form, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, path, form, cancellationToken);

    private Task<Answer> SendAsync(
        HttpMethod method, string path, Func<HttpContent?> content, CancellationToken cancellationToken)
    {
        return _gateway.SendAsync(
            () => new HttpRequestMessage(method, path)
            {
                Content = content(),
                Headers = { Authorization = _authorization },
            },
            cancellationToken);
    }

    private static ByteArrayContent JsonBody<T>(T body) =>
        WithJsonType(new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, GatewayClient.Json)));

    private static ByteArrayContent GzipBody<T>(T body)
    {
        var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Fastest))
        {
            JsonSerializer.Serialize(gzip, body, GatewayClient.Json);
        }

        var content = WithJsonType(new ByteArrayContent(buffer.ToArray()));
        content.Headers.ContentEncoding.Add("gzip");
        return content;
    }

    private static ByteArrayContent WithJsonType(ByteArrayContent content)
    {
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    private sealed record TokenAnswer(string AccessToken, Guid AthleteId);
}

/// <summary>Body of <c>POST /dev/token</c>.</summary>
internal sealed record TokenRequest(string Athlete, string? Country = null, string? Region = null, string? City = null);
