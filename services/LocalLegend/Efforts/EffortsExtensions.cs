using Strava.Core.Diagnostics;
using Strava.LocalLegends.Legends;
using Strava.LocalLegends.Segments;
using Strava.ServiceDefaults;

namespace Strava.LocalLegends.Efforts;

internal static class EffortsExtensions
{
    /// <summary>Marks -> efforts, fastest times and legends, in one transaction an activity.</summary>
    public static WebApplicationBuilder AddEfforts(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<SegmentCatalogue>().AddHostedService<SegmentCatalogueRefresh>();
        builder.Services.AddSingleton<MatchMarks>().AddSingleton<ActivityMatcher>().AddSingleton<TrackMatch>()
            .AddSingleton<StoredTracks>().AddSingleton<BackfillEfforts>().AddHostedService<MatchWorker>();
        builder.Services.AddOptions<MatchOptions>().BindSettings(MatchOptions.Section);
        builder.Services.AddHttpClient(nameof(TrackClient), TrackClient.Configure);
        builder.Services.AddSingleton<TrackClient>();
        return builder.AddStateGauges(
            new(
                "strava.match.waiting",
                "{activity}",
                "Activities to be matched with segments; 100000 means at least so many",
                "SELECT count(*) FROM (SELECT FROM match_mark WHERE not_before < 'infinity' LIMIT 100000) AS marks"),
            new(
                "strava.match.set_aside",
                "{activity}",
                "Activities whose track cannot be read or matched; they wait for a change of the activity",
                "SELECT count(*) FROM match_mark WHERE not_before = 'infinity'"));
    }

    /// <summary>Who holds titles, who is told of it, and who is left out.</summary>
    public static WebApplicationBuilder AddLegends(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<LegendRows>().AddSingleton<LegendTelling>().AddSingleton<SegmentRecount>()
            .AddHostedService<StandingWalker>().AddHostedService<LegendSweeper>();
        return builder;
    }
}
