using System.Text.Json.Serialization;
using Strava.Contracts.Events;
using Strava.EventStore;

namespace Strava.Activities.Activities;

/// <summary>Every event type of an activity's stream.</summary>
internal static class ActivityEventTypes
{
    public static EventTypes All { get; } = new("activity", ActivityEventJson.Default,
    [
        typeof(ActivityCreated), typeof(ActivityStarted), typeof(ActivityPaused), typeof(ActivityResumed),
        typeof(ActivityStopped), typeof(RouteRecorded), typeof(ActivityCompleted), typeof(ActivityRenamed),
        typeof(ActivityDescribed), typeof(ActivityVisibilityChanged), typeof(ActivitySportChanged), typeof(ActivityDeleted),
    ]);
}

// Marten's default serializer settings: PascalCase, System.Text.Json.
[JsonSerializable(typeof(ActivityCreated))]
[JsonSerializable(typeof(ActivityStarted))]
[JsonSerializable(typeof(ActivityPaused))]
[JsonSerializable(typeof(ActivityResumed))]
[JsonSerializable(typeof(ActivityStopped))]
[JsonSerializable(typeof(RouteRecorded))]
[JsonSerializable(typeof(ActivityCompleted))]
[JsonSerializable(typeof(ActivityRenamed))]
[JsonSerializable(typeof(ActivityDescribed))]
[JsonSerializable(typeof(ActivityVisibilityChanged))]
[JsonSerializable(typeof(ActivitySportChanged))]
[JsonSerializable(typeof(ActivityDeleted))]
internal sealed partial class ActivityEventJson : JsonSerializerContext;
