using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Strava.Contracts;

/// <summary>
/// Reads and writes an enum by its wire words only, in upper or lower case. The framework's own converter also takes
/// <c>"RUN "</c>, and <c>"RUN,RIDE"</c> for a value that is no sport at all; a bare number is refused by both.
/// </summary>
/// <typeparam name="TEnum">The enum; each member names its wire word with
/// <see cref="JsonStringEnumMemberNameAttribute"/>.</typeparam>
public sealed class WireEnumConverter<TEnum> : JsonConverter<TEnum>
    where TEnum : struct, Enum
{
    private static readonly FrozenDictionary<TEnum, string> Words = Enum.GetValues<TEnum>().ToFrozenDictionary(
        value => value,
        value => typeof(TEnum).GetField(value.ToString())!.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()!.Name);

    private static readonly FrozenDictionary<string, TEnum> Values =
        Words.ToFrozenDictionary(word => word.Value, word => word.Key, StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override TEnum Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Values.TryGetValue(Text(ref reader), out var value)
            ? value
            : throw new JsonException($"This is none of the words {string.Join(", ", Words.Values)}.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, TEnum value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(Words[value]);
    }

    private static string Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            // Half of a surrogate pair.
            throw new JsonException("This is no text.", exception);
        }
    }
}
