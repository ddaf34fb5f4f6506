using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Strava.ServiceDefaults.Json;

/// <summary>
/// Writes UTC with exactly three decimals and Z. Reads any ISO 8601 instant that NAMES its offset: without one the text
/// means another moment on every server, so it is refused.
/// </summary>
internal sealed class UtcInstantConverter : JsonConverter<DateTimeOffset>
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String
            || !reader.TryGetDateTimeOffset(out var instant)
            || !NamesOffset(reader.GetString()!))
        {
            throw new JsonException(
                "This is no instant like 2026-11-22T08:30:00.000Z; the Z or an offset is required.");
        }

        return instant.ToUniversalTime();
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<char> text = stackalloc char[24];
        value.UtcDateTime.TryFormat(text, out var length, Format, CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..length]);
    }

    private static bool NamesOffset(string text)
    {
        var time = text.IndexOf('T', StringComparison.Ordinal);
        return time > 0 && text.AsSpan(time).IndexOfAny('Z', '+', '-') > 0;
    }
}
