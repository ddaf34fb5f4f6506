namespace Strava.EventStore;

/// <summary>
/// A stored event that this build cannot read. It is never skipped, and it is no fault of a request: the stream waits
/// as it is for a build that can.
/// </summary>
public class UnreadableEventException(string alias, string reason, Exception? inner = null)
    : Exception($"The stream holds an event of the type '{alias}' that cannot be read: {reason}", inner)
{
    /// <summary>Its type.</summary>
    public string Alias => alias;
}

/// <summary>An event of a type that this build does not know, written by a newer one.</summary>
public sealed class UnknownEventTypeException(string alias)
    : UnreadableEventException(alias, "this build does not know it; deploy the version that does.");
