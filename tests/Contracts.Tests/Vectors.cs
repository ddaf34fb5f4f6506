using System.Text.Json;

namespace Strava.Contracts.Tests;

// The golden vectors of tests/vectors, copied beside the test program.
internal static class Vectors
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    internal static T[] Read<T>(string file)
    {
        using var stream = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "vectors", file));
        return JsonSerializer.Deserialize<T[]>(stream, Options) ?? throw new InvalidDataException($"{file} is empty.");
    }
}
