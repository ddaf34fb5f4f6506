using System.Text.Json.Serialization;
using Strava.Contracts.Sports;

namespace Strava.Contracts.Rest;

/// <summary>A place board, as <c>GET /leaderboards/{sport}</c> answers it.</summary>
public sealed record PlaceBoard
{
    /// <summary>Which board, and how fresh.</summary>
    public required BoardHeader Board { get; init; }

    /// <summary>The best, best first.</summary>
    public required IReadOnlyList<BoardEntry> Entries { get; init; }

    /// <summary>The caller's own place; <c>null</c> when not on the board.</summary>
    public required BoardViewer? Viewer { get; init; }

    /// <summary>Athletes on the board.</summary>
    public required long Total { get; init; }

    /// <summary>
    /// The lines just above and below the caller's, with the caller's own among them, best first; empty when the caller
    /// is not on the board, <c>null</c> (and not sent) unless they were asked for with <c>neighbours=1..10</c>.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<BoardEntry>? Neighbours { get; init; }

    /// <summary>Which board, and how fresh.</summary>
    public sealed record BoardHeader
    {
        /// <summary>The sport.</summary>
        public required Sport Sport { get; init; }

        /// <summary>global, country:CC, region:CC-RR or city:NAME.</summary>
        public required string Place { get; init; }

        /// <summary>all, year, month, week, day, 24h, 7d, 30d, or range where from and to were given.</summary>
        public required string Window { get; init; }

        /// <summary>
        /// The period that is shown, like 2026-W47, or 2026-08-01/2026-10-31 of a range; <c>null</c> for windows
        /// without one.
        /// </summary>
        public required string? Period { get; init; }

        /// <summary>The entries hold everything that was applied up to this time.</summary>
        [JsonConverter(typeof(UtcMillisecondsConverter))]
        public required DateTimeOffset AsOf { get; init; }

        /// <summary>True when a source lags and the entries may be older than usual.</summary>
        public required bool Stale { get; init; }
    }

    /// <summary>A line.</summary>
    public sealed record BoardEntry
    {
        /// <summary>1 for the first; equal distances share a rank.</summary>
        public required long Rank { get; init; }

        /// <summary>The athlete.</summary>
        public required Guid AthleteId { get; init; }

        /// <summary>The athlete's name; <c>null</c> as long as the profile has not come.</summary>
        public required string? AthleteName { get; init; }

        /// <summary>Distance in m.</summary>
        public required double DistanceMeters { get; init; }

        /// <summary>Activities that make it up.</summary>
        public required int Activities { get; init; }
    }

    /// <summary>The caller's own line.</summary>
    public sealed record BoardViewer
    {
        /// <summary>1 for the first.</summary>
        public required long Rank { get; init; }

        /// <summary>Distance in m.</summary>
        public required double DistanceMeters { get; init; }

        /// <summary>Activities that make it up.</summary>
        public required int Activities { get; init; }
    }
}
