using System.Text.Json.Nodes;

namespace Strava.EventStore;

// To change an event type's body: 1. change the record; 2. an upcaster from the shape before, beside the types; 3. the
// frozen JSON of the old shape stays where it is under tests/vectors/events, and a new file shows the new one. What is
// stored is never rewritten.

/// <summary>
/// From a body as an earlier build wrote it to what its type is now. Pure, and run on each read: what it is given may
/// be changed or replaced. Several of one alias run in the order in which they are registered, oldest first, each on
/// what the one before made.
/// </summary>
/// <param name="Alias">The event type.</param>
/// <param name="IsOld">Whether a body has the old shape: by a member that is there no more, or that was not there
/// yet.</param>
/// <param name="Up">The body one step newer.</param>
public sealed record Upcaster(string Alias, Func<JsonObject, bool> IsOld, Func<JsonObject, JsonObject> Up);
