using Strava.Contracts.Messages;

namespace Strava.Core.Bus;

/// <summary>One queue and the message types bound to it.</summary>
public sealed record Subscription(string Queue, IReadOnlyList<Type> Messages);

/// <summary>
/// Who listens to what, in one place: publishers declare every queue here before their first message, so that nothing
/// published before a subscriber's first start is dropped by the broker.
/// To add a subscriber: 1. its line here; 2. its consumers with <see cref="MessageBus.AddMessageBus"/>.
/// </summary>
public static class Subscriptions
{
    public const string Activity = "activity";

    /// <summary>Questions of rebuilds. A queue of its own: who may ask can put nothing into the others.</summary>
    public const string ActivityRetelling = "activity-retelling";
    public const string Feed = "feed";
    public const string Leaderboard = "leaderboard";
    public const string LocalLegend = "local-legend";

    public static IReadOnlyList<Subscription> All { get; } =
    [
        new(Activity, [typeof(AthleteProfileChanged), typeof(FriendshipChanged)]),
        new(ActivityRetelling, [typeof(ActivitiesWanted)]),
        new(Feed,
        [
            typeof(ActivityCompleted), typeof(ActivityRevised), typeof(ActivityDeleted),
            typeof(AthleteProfileChanged), typeof(FriendshipChanged), typeof(LocalLegendChanged),
        ]),
        new(Leaderboard,
        [
            typeof(ActivityCompleted), typeof(ActivityRevised), typeof(ActivityDeleted), typeof(AthleteProfileChanged),
        ]),
        new(LocalLegend,
        [
            typeof(ActivityCompleted), typeof(ActivityRevised), typeof(ActivityDeleted),
            typeof(ActivityTrackPublished), typeof(AthleteProfileChanged), typeof(FriendshipChanged),
        ]),
    ];

    /// <summary>Told to whoever binds a queue; none of ours does.</summary>
    public static IReadOnlyList<Type> ToldOutside { get; } = [typeof(ChallengeCompleted)];
}
