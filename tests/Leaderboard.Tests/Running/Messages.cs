using Strava.Contracts;
using Strava.Contracts.Messages;
using Strava.Contracts.Sports;

namespace Strava.Leaderboards.Tests.Running;

internal static class Messages
{
    public static DateOnly Today { get; } = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);

    public static ActivitySummary Activity(
        Guid athlete,
        long meters,
        Guid? id = null,
        long version = 1,
        Sport sport = Sport.Run,
        Visibility visibility = Visibility.Everyone,
        DateOnly? day = null) => new()
        {
            ActivityId = id ?? Guid.NewGuid(),
            AthleteId = athlete,
            Version = version,
            Sport = sport,
            Name = "activity",
            Visibility = visibility,
            StartedAt = new DateTimeOffset(day ?? Today, new TimeOnly(9, 0), TimeSpan.Zero),
            CompletedAt = new DateTimeOffset(day ?? Today, new TimeOnly(10, 0), TimeSpan.Zero),
            TimeZone = "UTC",
            LocalDate = day ?? Today,
            DistanceMillimeters = meters * 1_000,
            TotalMilliseconds = 3_600_000,
            ActiveMilliseconds = 3_500_000,
            MovingMilliseconds = 3_400_000,
            ElevationGainCentimeters = 1_000,
            ElevationLossCentimeters = 900,
            PointCount = 100,
        };

    public static ActivityDeleted Deleted(ActivitySummary activity, long? version = null) => new()
    {
        ActivityId = activity.ActivityId,
        AthleteId = activity.AthleteId,
        Version = version ?? activity.Version + 1,
    };

    public static AthleteProfileChanged Profile(
        Guid athlete, string? country, long version = 1, string? region = null, string? city = null) => new()
        {
            AthleteId = athlete,
            Version = version,
            Name = $"athlete {athlete:N}"[..16],
            Country = country,
            Region = region,
            City = city,
            TimeZone = null,
        };
}
