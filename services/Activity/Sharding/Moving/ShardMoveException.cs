namespace Strava.Activities.Sharding.Moving;

/// <summary>A move that cannot be made now; the message is for the operator.</summary>
internal sealed class ShardMoveException(string message) : Exception(message);
