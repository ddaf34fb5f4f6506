using Strava.Contracts.Tracks;

namespace Strava.Contracts.Rest;

internal static class PointList
{
    internal static void Validate(
        RequestProblems problems, IReadOnlyList<PointDto?>? points, int least, DateTimeOffset now)
    {
        if (points is null)
        {
            return;
        }

        if (points.Count < least || points.Count > PointCodec.MaxPoints)
        {
            problems.Impossible("points", $"Send {least} to {PointCodec.MaxPoints} points at once.");
        }

        for (var index = 0; index < points.Count; index++)
        {
            if (points[index] is { } point)
            {
                point.Validate(problems, index, now);
            }
            else
            {
                problems.Unreadable($"points[{index}]", "A point is an object, not null.");
            }
        }
    }

    internal static TrackPoint[] ToTrackPoints(IReadOnlyList<PointDto?>? points) =>
        [.. (points ?? []).Select(point =>
            point?.ToTrackPoint() ?? throw new InvalidOperationException("A point was not validated."))];
}
