namespace Strava.LocalLegends.Reading;

internal static class ReadingExtensions
{
    public static WebApplicationBuilder AddSegmentReading(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<SegmentReading>();
        return builder;
    }

    public static void MapSegmentReading(this WebApplication app)
    {
        var segments = app.MapGroup("/segments").WithTags("Segments");
        segments.MapGetLocalLegend();
        segments.MapGetSegmentBoard();
        segments.MapListEfforts();
    }
}
