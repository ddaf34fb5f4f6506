using System.Text.Json;

namespace Strava.Contracts.Tests;

// The golden vectors of tests/vectors, copied beside the test program.
internal static class Vectors
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    internal static IEnumerable<TestCaseData> Cases<T>(string file, Func<T, string> name) =>
        Read<T>(file).Select(vector => new TestCaseData(vector).SetArgDisplayNames(name(vector)));

    private static T[] Read<T>(string file)
    {
        using var stream = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "vectors", file));
        return JsonSerializer.Deserialize<T[]>(stream, Options) ?? throw new InvalidDataException($"{file} is empty.");
    }
}
