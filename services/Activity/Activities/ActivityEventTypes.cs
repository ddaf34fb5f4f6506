using System.Text.Json;
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

// Marten's default serializer settings: PascalCase, System.Text.Json. What is null is left out: it reads the same, and
// a body is stored for ever.
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Converters = [typeof(UtcTimes)])]
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

// "Z" instead of "+00:00": all times of the streams are UTC. Any ISO 8601 time is read.
internal sealed class UtcTimes : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime);
}
