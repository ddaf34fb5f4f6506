using System.Text.Json;
using System.Text.Json.Serialization;
using Strava.ServiceDefaults.Json;

namespace Strava.ServiceDefaults;

/// <summary>
/// JSON as the API means it. The framework's defaults read "1.5" and "NaN" as numbers, take the last of two equal
/// members
/// and turn a missing coordinate into 0; none of that may reach a track.
/// </summary>
public static class StrictJson
{
    public const int MaxDepth = 32;

    /// <summary>For bodies that a service reads itself; the HTTP binder uses an equal set.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    public static void Apply(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.AllowDuplicateProperties = false;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.MaxDepth = MaxDepth;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.Never;

        // Commands and profiles say [JsonUnmappedMemberHandling(Disallow)] on their type; points and recordings take a
        // newer phone's extra members.
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip;
        options.Converters.Add(new UtcInstantConverter());
        options.Converters.Add(new FiniteDoubleConverter());
        options.Converters.Add(new StorableStringConverter());
    }

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions();
        Apply(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
