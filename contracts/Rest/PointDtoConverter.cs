using System.Text.Json;
using System.Text.Json.Serialization;

namespace Strava.Contracts.Rest;

// Written by hand: an extension-data dictionary a point would cost more than the point, and skipping alone would not
// count.
internal sealed class PointDtoConverter : JsonConverter<PointDto>
{
    public override PointDto Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("A point is an object.");
        }

        DateTimeOffset? at = null;
        double? lat = null, lon = null, elevation = null, accuracy = null;
        double? heartRate = null, cadence = null, power = null, temperature = null;
        var unknown = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("at"u8))
            {
                reader.Read();
                at = reader.TokenType == JsonTokenType.Null ? null : UtcMillisecondsConverter.ReadFrom(ref reader);
            }
            else if (!(Number(ref reader, "lat"u8, ref lat) || Number(ref reader, "lon"u8, ref lon)
                || Number(ref reader, "elevationMeters"u8, ref elevation)
                || Number(ref reader, "accuracyMeters"u8, ref accuracy)
                || Number(ref reader, "heartRate"u8, ref heartRate) || Number(ref reader, "cadence"u8, ref cadence)
                || Number(ref reader, "powerWatts"u8, ref power)
                || Number(ref reader, "temperatureC"u8, ref temperature)))
            {
                unknown++;
                reader.Read();

                // Not Skip, which refuses as long as the body has not ended; the serializer has the whole point at
                // hand.
                _ = reader.TrySkip();
            }
        }

        return new PointDto
        {
            At = at,
            Lat = lat,
            Lon = lon,
            ElevationMeters = elevation,
            AccuracyMeters = accuracy,
            HeartRate = heartRate,
            Cadence = cadence,
            PowerWatts = power,
            TemperatureC = temperature,
            UnknownMembers = unknown,
        };
    }

    public override void Write(Utf8JsonWriter writer, PointDto value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        if (value.At is { } at)
        {
            writer.WritePropertyName("at"u8);
            UtcMillisecondsConverter.WriteTo(writer, at);
        }

        Write(writer, "lat"u8, value.Lat);
        Write(writer, "lon"u8, value.Lon);
        Write(writer, "elevationMeters"u8, value.ElevationMeters);
        Write(writer, "accuracyMeters"u8, value.AccuracyMeters);
        Write(writer, "heartRate"u8, value.HeartRate);
        Write(writer, "cadence"u8, value.Cadence);
        Write(writer, "powerWatts"u8, value.PowerWatts);
        Write(writer, "temperatureC"u8, value.TemperatureC);
        writer.WriteEndObject();
    }

    private static bool Number(ref Utf8JsonReader reader, ReadOnlySpan<byte> name, ref double? value)
    {
        if (!reader.ValueTextEquals(name))
        {
            return false;
        }

        reader.Read();
        value = reader.TokenType switch
        {
            JsonTokenType.Null => null,
            JsonTokenType.Number when reader.TryGetDouble(out var number) => number,
            _ => throw new JsonException("This is a number, without quotes."),
        };
        return true;
    }

    private static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> name, double? value)
    {
        // 1e999 is read as infinity, which JSON has no word for.
        if (value is { } number && double.IsFinite(number))
        {
            writer.WriteNumber(name, number);
        }
    }
}
