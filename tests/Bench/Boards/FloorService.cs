using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Strava.ServiceDefaults;

namespace Strava.Bench.Boards;

/// <summary>
/// A service that does nothing behind the same gateway: what a request costs whatever it asks for. It knows its
/// callers, as every service does.
/// </summary>
internal static class FloorService
{
    public const string Path = "/floor";

    public static async Task RunAsync(string url)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseUrls(url);
        builder.AddServiceDefaults();
        var app = builder.Build();
        app.UseServiceDefaults();

        // Nothing; and as many bytes as an answer of ours has.
        app.MapGet(Path, (int bytes = 0) => TypedResults.Bytes(new byte[bytes], "application/json"));
        await app.RunAsync();
    }
}
