using System.Text.Json.Serialization;
using Strava.Contracts.Sports;

namespace Strava.Contracts.Rest;

/// <summary>A club's board of a week, as <c>GET /clubs/{id}/leaderboard</c> answers it.</summary>
public sealed record ClubBoard
{
    /// <summary>Which board, and how fresh.</summary>
    public required ClubBoardHeader Board { get; init; }

    /// <summary>The best by the column that was asked for, best first.</summary>
    public required IReadOnlyList<ClubBoardEntry> Entries { get; init; }

    /// <summary>The caller's own line; <c>null</c> when not on the board.</summary>
    public required ClubBoardLine? Viewer { get; init; }

    /// <summary>Members with an activity that counts in that week.</summary>
    public required long Total { get; init; }

    /// <summary>Which board, and how fresh.</summary>
    public sealed record ClubBoardHeader
    {
        /// <summary>The club.</summary>
        public required Guid ClubId { get; init; }

        /// <summary>The club's sport.</summary>
        public required Sport Sport { get; init; }

        /// <summary><c>this</c> or <c>last</c>.</summary>
        public required string Week { get; init; }

        /// <summary>That week by its name, like 2026-W47.</summary>
        public required string Period { get; init; }

        /// <summary>distance, movingTime, elevation, averagePace, longest or activities.</summary>
        public required string Sort { get; init; }

        /// <summary>The entries hold everything that was applied up to this time.</summary>
        [JsonConverter(typeof(UtcMillisecondsConverter))]
        public required DateTimeOffset AsOf { get; init; }

        /// <summary>True when a source lags and the entries may be older than usual.</summary>
        public required bool Stale { get; init; }
    }

    /// <summary>What an athlete did in that week.</summary>
    public record ClubBoardLine
    {
        /// <summary>1 for the first; equal values share a rank.</summary>
        public required long Rank { get; init; }

        /// <summary>Distance in m.</summary>
        public required double DistanceMeters { get; init; }

        /// <summary>Time on the move in s.</summary>
        public required double MovingSeconds { get; init; }

        /// <summary>Climb in m.</summary>
        public required double ElevationGainMeters { get; init; }

        /// <summary>
        /// Time on the move for a km, in s, of the activities that have such a time; <c>null</c> without a distance.
        /// </summary>
        public required double? AveragePaceSecondsPerKm { get; init; }

        /// <summary>Distance of the longest activity in m.</summary>
        public required double LongestMeters { get; init; }

        /// <summary>Number of activities.</summary>
        public required int Activities { get; init; }
    }

    /// <summary>A line of an athlete.</summary>
    public sealed record ClubBoardEntry : ClubBoardLine
    {
        /// <summary>The athlete.</summary>
        public required Guid AthleteId { get; init; }

        /// <summary>The athlete's name; <c>null</c> as long as the profile has not come.</summary>
        public required string? AthleteName { get; init; }
    }
}
