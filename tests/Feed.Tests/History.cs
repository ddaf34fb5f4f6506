using Strava.Contracts;
using Strava.Contracts.Messages;
using Strava.Contracts.Sports;

namespace Strava.Feeds.Tests;

/// <summary>Messages as their owners publish them.</summary>
internal static class History
{
    public static readonly DateTimeOffset Morning = new(2026, 11, 22, 6, 0, 0, TimeSpan.Zero);

    public static ActivitySummary Activity(
        Guid athlete,
        long version = 5,
        Guid? id = null,
        Visibility visibility = Visibility.Everyone,
        DateTimeOffset? startedAt = null) =>
        new()
        {
            ActivityId = id ?? Guid.NewGuid(),
            AthleteId = athlete,
            Version = version,
            Sport = Sport.Run,
            Name = $"Run as of {version}",
            Visibility = visibility,
            StartedAt = startedAt ?? Morning,
            CompletedAt = (startedAt ?? Morning) + TimeSpan.FromHours(1),
            TimeZone = "UTC",
            LocalDate = new DateOnly(2026, 11, 22),
            DistanceMillimeters = 10_000_000 + version,
            TotalMilliseconds = 3_600_000,
            ActiveMilliseconds = 3_500_500,
            MovingMilliseconds = 3_400_250,
            ElevationGainCentimeters = 12_345,
            ElevationLossCentimeters = 12_000,
            PointCount = 720,
        };

    public static ActivityDeleted Deleted(ActivitySummary activity, long version) =>
        new() { ActivityId = activity.ActivityId, AthleteId = activity.AthleteId, Version = version };

    public static AthleteProfileChanged Profile(Guid athlete, string name, long version = 1) =>
        new()
        {
            AthleteId = athlete,
            Version = version,
            Name = name,
            Country = "SI",
            Region = null,
            City = null,
            TimeZone = null,
        };

    public static FriendshipChanged Friends(Guid one, Guid other, long version = 2, bool areFriends = true)
    {
        var (a, b) = FriendshipChanged.Order(one, other);
        return new()
        {
            AthleteA = a,
            AthleteB = b,
            Version = version,
            AreFriends = areFriends,
        };
    }
}
