using Npgsql;
using Strava.Core.Applying;
using Strava.Core.Diagnostics;
using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Stores;

namespace Strava.Leaderboards.Clubs;

internal static class ClubApplierExtensions
{
    public static WebApplicationBuilder AddClubApplier(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ClubBatches>().AddSingleton<ClubMarks>().AddSingleton<ClubRecovery>()
            .AddSingleton<ClubRefill>();
        builder.Services.AddHostedService<ClubApplier>();
        return builder.AddStateGauges(
            new(
                "strava.club.dirty",
                "{mark}",
                "Changes that the boards of clubs may not show yet; 100000 means at least so many",
                "SELECT count(*) FROM (SELECT FROM club_dirty LIMIT 100000) AS marks"),
            new(
                "strava.club.staleness",
                "s",
                "Age of the oldest of them",
                "SELECT coalesce(extract(epoch FROM clock_timestamp() - min(marked_at)), 0)::float8 FROM club_dirty"));
    }
}

/// <summary>
/// Carries the ledger's changes, joins and leaves over to the boards of clubs: their only writer. As
/// <see cref="Applying.BoardApplier"/>, with a lease of its own: neither kind of board waits for the other.
/// </summary>
internal sealed class ClubApplier(
    NpgsqlDataSource database,
    ClubBatches batches,
    ClubMarks marks,
    ClubRecovery recovery,
    RedisClubs redis,
    ILogger<ClubApplier> log)
    : LeasedApplier(database, log)
{
    /// <summary>Of the lease and of the fence.</summary>
    public const string Duty = "clubs";

    private const int TicksBetweenPrunes = 30;

    // Of this term's one loop. What changes between two ticks is seen by the next, which then marks everybody.
    private bool _isOff;

    protected override string LeaseName => Duty;

    protected override short[] Partitions { get; } = [.. AthletePartition.All];

    protected override Task<int> ApplyAsync(FenceTerm term, CancellationToken whileOwner) =>
        _isOff ? marks.DropAsync(10 * ClubBatches.Size, whileOwner) : batches.ApplyAsync(term, whileOwner);

    protected override async Task TickAsync(FenceTerm term, int ticked, CancellationToken whileOwner)
    {
        var runId = await recovery.EnsureForAllAsync(term, whileOwner);
        _isOff = runId is null;
        if (runId is null)
        {
            return;
        }

        var (at, refilling) = await marks.WatermarkAsync(whileOwner);
        await redis.PublishAsync(runId, at, refilling, whileOwner);
        if (ticked % TicksBetweenPrunes == 0)
        {
            await marks.PruneAsync(whileOwner);
        }
    }

    protected override bool IsAway(Exception exception) => exception is RedisAwayException;
}
