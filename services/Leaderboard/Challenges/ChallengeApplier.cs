using Npgsql;
using Strava.Core.Applying;
using Strava.Core.Diagnostics;

namespace Strava.Leaderboards.Challenges;

/// <summary>
/// Carries the ledger's and the participants' changes over to the boards: the only writer of entries and counters.
/// Their home is this same database, so a batch is one transaction that holds the fence: nobody else's batch overlaps
/// it, and a batch that is cut off has not happened.
/// </summary>
internal sealed class ChallengeApplier(
    NpgsqlDataSource database, ChallengeBatches batches, ChallengeLaunch launch, ILogger<ChallengeApplier> log)
    : LeasedApplier(database, log)
{
    /// <summary>Of the lease and of the fence.</summary>
    public const string Duty = "challenges";

    // To split: a partition a challenge number's remainder, and a worker for each.
    internal static readonly short[] All = [0];

    protected override string LeaseName => Duty;

    protected override short[] Partitions => All;

    protected override Task<int> ApplyAsync(FenceTerm term, CancellationToken whileOwner) =>
        batches.ApplyAsync(term, whileOwner);

    protected override Task TickAsync(int ticked, CancellationToken whileOwner) => launch.FollowAsync(whileOwner);

    // It is where the marks are: without it there is nothing to wait with.
    protected override bool IsAway(Exception exception) => false;

    internal static StateGauge[] Gauges { get; } =
    [
        new(
            "strava.challenge.dirty",
            "{mark}",
            "Entries of challenges that may not show the ledger yet; 100000 means at least so many",
            "SELECT count(*) FROM (SELECT FROM challenge_dirty LIMIT 100000) AS marks"),
        new(
            "strava.challenge.staleness",
            "s",
            "Age of the oldest of them",
            "SELECT coalesce(extract(epoch FROM clock_timestamp() - min(marked_at)), 0)::float8 FROM challenge_dirty"),
    ];
}
