using System.Text.Json;

namespace Strava.ServiceDefaults.Json;

/// <summary>
/// Readable JSON with a value that cannot be: 422, where every other <see cref="JsonException"/> is 400.
/// </summary>
internal sealed class ImpossibleJsonException(string message) : JsonException(message);
