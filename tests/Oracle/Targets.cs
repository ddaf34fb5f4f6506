namespace Strava.Oracle;

/// <summary>Where the truth is and where the answers are that are compared with it.</summary>
public sealed record Targets
{
    /// <summary>Connection strings by service: activity, athlete, feed, leaderboard, locallegend.</summary>
    public required IReadOnlyDictionary<string, string> Databases { get; init; }

    /// <summary>amqp://user:password@host:port/vhost.</summary>
    public required Uri Broker { get; init; }

    /// <summary>host:port.</summary>
    public required string Redis { get; init; }

    /// <summary>The public door.</summary>
    public required Uri Gateway { get; init; }

    /// <summary>A token of an athlete that is there; <c>null</c>: none can be had, nothing is asked as them.</summary>
    public required Func<Athlete, Task<string?>> Token { get; init; }
}
