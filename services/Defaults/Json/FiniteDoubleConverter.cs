using System.Text.Json;
using System.Text.Json.Serialization;

namespace Strava.ServiceDefaults.Json;

/// <summary>
/// 1e999 is legal JSON and reads as Infinity, even with the framework's strict options; here it is a 422.
/// </summary>
internal sealed class FiniteDoubleConverter : JsonConverter<double>
{
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.Number)
        {
            throw new JsonException("A number is expected here.");
        }

        return reader.TryGetDouble(out var value) && double.IsFinite(value)
            ? value
            : throw new ImpossibleJsonException("The number is too large.");
    }

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
    {
        writer.WriteNumberValue(value);
    }
}
