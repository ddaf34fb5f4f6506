namespace Strava.ServiceDefaults;

/// <summary>
/// Something that a request needs is away for a while: 503 with Retry-After. The message is for the caller.
/// </summary>
public sealed class UnavailableException(string message, Exception? inner = null) : Exception(message, inner);
