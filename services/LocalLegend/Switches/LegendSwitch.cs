using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Strava.LocalLegends.Legends;

namespace Strava.LocalLegends.Switches;

/// <summary>
/// <c>Legends:Enabled</c>, heeded while the service runs: in appsettings.json, or in the JSON file that
/// <c>Legends:File</c> names. Who has written something else than true wanted it to stop, so that is false.
/// </summary>
internal static class LegendSwitch
{
    public static WebApplicationBuilder AddLegendSwitch(this WebApplicationBuilder builder)
    {
        if (builder.Configuration[$"{LegendOptions.Section}:File"] is { Length: > 0 } file)
        {
            builder.Configuration.AddJsonFile(Path.GetFullPath(file), optional: true, reloadOnChange: true);
        }

        builder.Services.AddOptions<LegendOptions>().Configure<IConfiguration>((options, configuration) =>
        {
            var given = configuration[$"{LegendOptions.Section}:{nameof(options.Enabled)}"];
            options.Enabled = string.IsNullOrEmpty(given) || (bool.TryParse(given, out var isOn) && isOn);
        });
        builder.Services.AddSingleton<IOptionsChangeTokenSource<LegendOptions>, Changes>();
        return builder;
    }

    private sealed class Changes(IConfiguration configuration) : IOptionsChangeTokenSource<LegendOptions>
    {
        public string? Name => Options.DefaultName;

        public IChangeToken GetChangeToken() => configuration.GetReloadToken();
    }
}
