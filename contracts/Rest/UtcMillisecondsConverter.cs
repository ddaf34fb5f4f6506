using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Strava.Contracts.Rest;

/// <summary>
/// Times on the wire: ISO 8601. Written in UTC with milliseconds; read with any offset, without one as UTC (never the
/// machine's zone), and rounded to whole milliseconds, halves up.
/// </summary>
public sealed class UtcMillisecondsConverter : JsonConverter<DateTimeOffset>
{
    /// <inheritdoc/>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ReadFrom(ref reader);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        WriteTo(writer, value);
    }

    internal static DateTimeOffset ReadFrom(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String || !reader.TryGetDateTime(out var plain))
        {
            throw new JsonException("A time is a string in ISO 8601, like 2026-11-22T08:30:00.000Z.");
        }

        var utcTicks = plain.Kind == DateTimeKind.Unspecified ? plain.Ticks
            : reader.TryGetDateTimeOffset(out var time) ? time.UtcTicks
            : throw new JsonException("This time lies outside of the calendar.");
        const long TicksPerMs = TimeSpan.TicksPerMillisecond;
        var roundedTicks = (utcTicks + (TicksPerMs / 2)) / TicksPerMs * TicksPerMs;
        return roundedTicks <= DateTime.MaxValue.Ticks
            ? new DateTimeOffset(roundedTicks, TimeSpan.Zero)
            : throw new JsonException("This time lies outside of the calendar.");
    }

    internal static void WriteTo(Utf8JsonWriter writer, DateTimeOffset value) =>
        writer.WriteStringValue(
            value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
}
