using System.Diagnostics;

namespace Strava.Core.Diagnostics;

/// <summary>
/// Keeps a request's trace in one piece over what is stored and published later: its place in the trace (W3C
/// traceparent) is written in the transaction that it causes, and taken up again when the message leaves.
/// </summary>
public static class Tracing
{
    public static ActivitySource Source { get; } = new("Strava");

    /// <summary>What to store with a commit; <c>null</c> when nobody records this trace.</summary>
    public static string? Current =>
        Activity.Current is { Recorded: true, IdFormat: ActivityIdFormat.W3C } activity ? activity.Id : null;

    /// <summary>Goes on with a stored trace.</summary>
    /// <returns><c>null</c> when there is none, or nobody listens.</returns>
    public static Activity? Continue(string name, string? traceParent) =>
        ActivityContext.TryParse(traceParent, traceState: null, isRemote: true, out var parent)
            ? Source.StartActivity(name, ActivityKind.Internal, parent)
            : null;
}
