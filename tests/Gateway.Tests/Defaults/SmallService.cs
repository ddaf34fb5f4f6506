using System.Net.Http.Headers;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Strava.ServiceDefaults;

namespace Strava.Gateway.Tests.Defaults;

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record Command(
    string Name, double Lat, DateTimeOffset At, int? HeartRate = null, Command? Inner = null);

internal sealed record Recording(string Name, double[] Heights);

/// <summary>
/// A service as small as can be, on the real gateway's issuer: what it refuses, every service refuses.
/// </summary>
internal sealed class SmallService : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SmallService(WebApplication app)
    {
        _app = app;
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.First()), Timeout = TimeSpan.FromSeconds(30) };

        // Asks first: a server that refuses a large body does not read it, and a client that only writes may miss the
        // answer.
        Http.DefaultRequestHeaders.ExpectContinue = true;
    }

    public HttpClient Http { get; }

    public static async Task<SmallService> StartAsync(string authority, bool isReady = true)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Development" });
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Authentication:Authority"] = authority,
            ["Authentication:Audience"] = "strava",
        });
        builder.AddServiceDefaults();
        builder.Services.AddHealthChecks()
            .AddCheck(
                "postgres", () => isReady ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("no connection"))
            .AddCheck<BrokenCheck>("redis", failureStatus: HealthStatus.Degraded);
        var app = builder.Build();
        app.UseServiceDefaults();
        app.MapPost("/commands", (Command command) => TypedResults.Ok(command));
        app.MapPost("/recordings", (Recording recording) => TypedResults.Ok(recording.Heights.Length));
        app.MapGet("/me", (HttpContext http) =>
            TypedResults.Ok(new { athleteId = http.User.AthleteId(), name = http.User.DisplayName() }));
        app.MapGet("/list", (Paging paging, HttpContext http) =>
        {
            paging.AddNextLink(http);
            return TypedResults.Ok(new { paging.Page, paging.PageSize, paging.Offset });
        });
        app.MapGet("/numbers/{number:int}", (int number, bool loud) => TypedResults.Ok(number));
        app.MapGet("/version", IResult (HttpContext http) =>
            EntityTags.IsNotModified(http, 7) ? TypedResults.StatusCode(304) : TypedResults.Ok(7));
        app.MapPut("/version", IResult (HttpContext http) =>
            EntityTags.IsMismatch(http.Request, 7) ? Problems.PreconditionFailed(7) : TypedResults.NoContent());
        app.MapPost(
            "/upload", async (HttpContext http) => TypedResults.Ok((await http.Request.ReadFormAsync()).Files.Count));
        app.MapGet("/bug", IResult () => throw new InvalidOperationException("password=secret"));
        app.MapGet("/slow", IResult () => throw new TimeoutException("password=secret"));
        app.MapGet("/conflict", () => Problems.Conflict(
            "wrong-state", "It is PAUSED.", new Dictionary<string, object?> { ["state"] = "PAUSED" }));
        app.MapGet("/empty/{status:int}", (int status) => TypedResults.StatusCode(status));
        await app.StartAsync();
        return new SmallService(app);
    }

    public async Task<SmallService> SignInAsync()
    {
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await World.TokenAsync());
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }
}

internal sealed class BrokenCheck : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        throw new InvalidOperationException("password=secret");
    }
}

/// <summary>One service for a fixture's tests, with the demo athlete signed in.</summary>
internal abstract class SmallServiceTests
{
    private SmallService? _service;

    protected HttpClient Http => _service!.Http;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _service = await (await SmallService.StartAsync(World.Http.BaseAddress!.ToString())).SignInAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _service!.DisposeAsync();
    }
}
