using System.Text.Json;
using System.Text.Json.Serialization;

namespace Strava.ServiceDefaults.Json;

/// <summary>
/// Postgres keeps no U+0000 in text or jsonb: refused here it is the caller's 422, found there it would be our 500.
/// </summary>
internal sealed class StorableStringConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            throw new JsonException("A text is expected here.");
        }

        var text = reader.GetString()!;
        return text.Contains('\0', StringComparison.Ordinal)
            ? throw new ImpossibleJsonException("The text contains the character U+0000.")
            : text;
    }

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options)
    {
        writer.WriteStringValue(value);
    }
}
