using Strava.Contracts.Geo;
using Strava.Contracts.Rest;
using Strava.Contracts.Tracks;

namespace Strava.Activities.Activities;

/// <summary>Activities as the API shows them. Pure.</summary>
internal static class ActivityAnswers
{
    public static ActivityDetails Details(ActivityStream stream, DateTimeOffset now) =>
        Details(stream.Activity, stream.Points(), now);

    /// <param name="activity">With its state log.</param>
    /// <param name="points">Its points in order.</param>
    /// <param name="now">While the activity is open its figures are as of now.</param>
    public static ActivityDetails Details(Activity activity, IReadOnlyList<OrderedPoint> points, DateTimeOffset now)
    {
        var nowMs = now.ToUnixTimeMilliseconds();
        return new ActivityDetails
        {
            Id = activity.Id,
            AthleteId = activity.AthleteId,
            Type = activity.Sport,
            Name = activity.Name,
            Description = activity.Description.Length == 0 ? null : activity.Description,
            Visibility = activity.Visibility,
            State = activity.State,
            StartedAt = activity.StartedAt,
            CompletedAt = activity.Final?.At,
            TimeZone = activity.Final?.TimeZone ?? activity.TimeZone,
            DistanceMeters = 0,
            TotalSeconds = 0,
            ActiveSeconds = 0,
            MovingSeconds = 0,
            ElevationGainMeters = 0,
            ElevationLossMeters = 0,
            AverageSpeedMetersPerSecond = 0,
            PointCount = 0,
            Version = activity.Version,
            StateLog = [.. activity.Log.Changes.Select(StateLogEntry.From)],
            Pauses = [.. activity.Log.Pauses.Select(pause => PauseEntry.Of(pause, nowMs))],
            Splits = [],
            Route = new RouteEntry(Polyline.Encode(
                points.Where(ordered => !ordered.Point.IsNullIsland).Select(ordered => ordered.Point.Position))),
        }
        .With(TrackStatistics.Compute(activity.Sport, activity.Log, points, nowMs, activity.ElevationSource))
        .With(TrackAnalytics.Of(activity.Sport, activity.Log, points, activity.ElevationSource));
    }

    /// <param name="activity">A saved activity.</param>
    /// <param name="athleteName">The owner's name, when known.</param>
    public static PartialActivity Partial(Activity activity, string? athleteName) => new()
    {
        Id = activity.Id,
        AthleteId = activity.AthleteId,
        AthleteName = athleteName,
        Type = activity.Sport,
        Name = activity.Name,
        StartedAt = activity.StartedAt!.Value,
        DistanceMeters = activity.Final!.DistanceMillimeters / 1_000.0,
        ActiveSeconds = activity.Final.ActiveMilliseconds / 1_000.0,
        MovingSeconds = activity.Final.MovingMilliseconds / 1_000.0,
        ElevationGainMeters = activity.Final.ElevationGainCentimeters / 100.0,
    };

    /// <summary>"Morning Run": what an athlete calls it who has not said.</summary>
    public static string DefaultName(Contracts.Sports.Sport sport, DateTimeOffset startedAt, string? timeZone)
    {
        var local = timeZone is not null && TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out var zone)
            ? TimeZoneInfo.ConvertTime(startedAt, zone)
            : startedAt;
        var partOfDay = local.Hour switch
        {
            >= 5 and < 11 => "Morning",
            >= 11 and < 14 => "Lunch",
            >= 14 and < 18 => "Afternoon",
            >= 18 and < 22 => "Evening",
            _ => "Night",
        };
        return $"{partOfDay} {sport}";
    }
}
