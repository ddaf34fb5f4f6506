namespace Strava.Contracts.Rest;

/// <summary>A page of a challenge's board, as <c>GET /challenges/{id}/leaderboard</c> answers it.</summary>
public sealed record ChallengeBoard
{
    /// <summary>Which challenge.</summary>
    public required Challenge Challenge { get; init; }

    /// <summary>The page, best first.</summary>
    public required IReadOnlyList<ChallengeEntry> Entries { get; init; }

    /// <summary>The caller's own place on this board; <c>null</c> when not on it.</summary>
    public required ChallengeViewer? Viewer { get; init; }

    /// <summary>Athletes on this board.</summary>
    public required long Total { get; init; }

    /// <summary>Cursor of the page below this one; <c>null</c>: this is the last.</summary>
    public required string? Next { get; init; }

    /// <summary>A line.</summary>
    public sealed record ChallengeEntry
    {
        /// <summary>1 for the first: one more than there are better scores. Of equal scores the first to get there is
        /// listed first.</summary>
        public required long Rank { get; init; }

        /// <summary>The athlete.</summary>
        public required Guid AthleteId { get; init; }

        /// <summary>The athlete's name; <c>null</c> as long as the profile has not come.</summary>
        public required string? AthleteName { get; init; }

        /// <summary>On whose country's board the athlete is; <c>null</c>: none's.</summary>
        public required string? Country { get; init; }

        /// <summary>In the challenge's unit.</summary>
        public required double Score { get; init; }
    }

    /// <summary>The caller's own line.</summary>
    public sealed record ChallengeViewer
    {
        /// <summary>1 for the first.</summary>
        public required long Rank { get; init; }

        /// <summary>In the challenge's unit.</summary>
        public required double Score { get; init; }
    }
}

/// <summary>Where a score stands, as <c>GET /challenges/{id}/rank</c> answers it.</summary>
public sealed record ChallengeRank
{
    /// <summary>The challenge.</summary>
    public required Guid ChallengeId { get; init; }

    /// <summary>Of which country's board; <c>null</c>: of the whole.</summary>
    public required string? Country { get; init; }

    /// <summary>The score that was asked for, else the caller's; <c>null</c> when the caller has none.</summary>
    public required double? Score { get; init; }

    /// <summary>The rank that this score has, or would have.</summary>
    public required long? Rank { get; init; }

    /// <summary>Athletes on the board.</summary>
    public required long Total { get; init; }

    /// <summary>Whether the caller has reached the goal.</summary>
    public required bool Completed { get; init; }
}
