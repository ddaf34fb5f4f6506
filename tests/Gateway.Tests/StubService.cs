using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Strava.Gateway.Tests;

/// <summary>What a service saw of a request that the gateway passed on.</summary>
internal sealed record Seen(
    string Service, string Method, string Path, string Query, Dictionary<string, string> Headers,
    long BodyBytes,
    string Body);

/// <summary>A real server that stands for one service: it answers 200 with what it saw.</summary>
internal sealed class StubService : IAsyncDisposable
{
    private readonly WebApplication _app;

    private StubService(WebApplication app)
    {
        _app = app;
    }

    public Uri Address => new(_app.Urls.First());

    /// <summary>What the next answers are; null = 200 and the echo.</summary>
    public HttpStatusCode? Answer { get; set; }

    /// <summary>What it was ever asked for.</summary>
    public ConcurrentQueue<string> Paths { get; } = new();

    public static async Task<StubService> StartAsync(string name)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");

        // So that a limit seen in a test is the gateway's.
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        var app = builder.Build();
        var stub = new StubService(app);
        app.Run(context => stub.EchoAsync(context, name));
        await app.StartAsync();
        return stub;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
    }

    private async Task EchoAsync(HttpContext context, string name)
    {
        Paths.Enqueue(context.Request.Path);
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        var headers = context.Request.Headers.ToDictionary(
            header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var seen = new Seen(
            name, context.Request.Method, context.Request.Path, context.Request.QueryString.ToString(), headers,
            body.Length,
            body.Length > 10_000 ? "" : body);
        if (Answer is { } answer)
        {
            context.Response.StatusCode = (int)answer;
            if (answer == HttpStatusCode.UnprocessableEntity)
            {
                await context.Response.WriteAsJsonAsync(
                    new { detail = "No such country." }, options: null, "application/problem+json");
            }

            return;
        }

        await context.Response.WriteAsJsonAsync(seen);
    }
}

internal static class SeenExtensions
{
    public static async Task<Seen> ReadSeenAsync(this HttpResponseMessage response)
    {
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<Seen>(JsonSerializerOptions.Web))!;
    }
}
