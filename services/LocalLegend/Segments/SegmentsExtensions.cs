namespace Strava.LocalLegends.Segments;

internal static class SegmentsExtensions
{
    public static void MapSegments(this WebApplication app)
    {
        var segments = app.MapGroup("/segments").WithTags("Segments");
        segments.MapMakeSegment();
        segments.MapListSegments();
        segments.MapChangeSegment();
    }
}
