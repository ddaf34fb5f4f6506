using Npgsql;
using Strava.Core.Applying;
using Strava.Core.Diagnostics;
using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Stores;
using Strava.ServiceDefaults;

namespace Strava.Leaderboards.Applying;

internal static class BoardApplierExtensions
{
    public static WebApplicationBuilder AddBoardApplier(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<BoardBatches>().AddSingleton<BoardMarks>().AddSingleton<BoardRecovery>()
            .AddSingleton<RollingWindows>().AddSingleton<BoardRefill>().AddSingleton<BoardReconciler>();
        builder.Services.AddOptions<ReconcilerOptions>().BindSettings(ReconcilerOptions.Section);
        builder.Services.AddHostedService<BoardApplier>();
        // A refill marks everybody: counted no further than tells that much is waiting.
        return builder.AddStateGauges(
            new(
                "strava.board.dirty",
                "{mark}",
                "Changes of the ledger that the boards may not show yet; 100000 means at least so many",
                "SELECT count(*) FROM (SELECT FROM board_dirty LIMIT 100000) AS marks"),
            new(
                "strava.board.staleness",
                "s",
                "Age of the oldest of them",
                "SELECT coalesce(extract(epoch FROM clock_timestamp() - min(marked_at)), 0)::float8 FROM board_dirty"));
    }
}

/// <summary>
/// Carries the ledger's changes over to Redis: the only writer of boards. One worker owns all partitions for now; to
/// split, give each worker a lease name and partitions of its own, and recovery a lease.
/// </summary>
internal sealed class BoardApplier(
    NpgsqlDataSource database,
    BoardBatches batches,
    BoardMarks marks,
    RollingWindows rolling,
    BoardRecovery recovery,
    BoardReconciler reconciler,
    RedisBoards redis,
    TimeProvider time,
    ILogger<BoardApplier> log)
    : LeasedApplier(database, log)
{
    /// <summary>Of the lease and of the fence.</summary>
    public const string Duty = "boards";

    private const int TicksBetweenPrunes = 30;

    /// <summary>What has been applied is told at once, but not for every upload by itself.</summary>
    private static readonly TimeSpan BetweenPublications = TimeSpan.FromMilliseconds(250);

    private string? _runId;
    private long _published;

    protected override string LeaseName => Duty;

    protected override short[] Partitions { get; } = [.. AthletePartition.All];

    protected override async Task<int> ApplyAsync(FenceTerm term, CancellationToken whileOwner)
    {
        var applied = await batches.ApplyAsync(term, whileOwner);
        if (applied > 0 && time.GetElapsedTime(_published) > BetweenPublications)
        {
            await PublishAsync(whileOwner);
        }

        return applied;
    }

    protected override async Task TickAsync(FenceTerm term, int ticked, CancellationToken whileOwner)
    {
        _runId = await recovery.EnsureAsync(term, whileOwner);
        await rolling.RollAsync(term, time.GetUtcNow(), whileOwner);
        if (!await PublishAsync(whileOwner))
        {
            await reconciler.StepIfDueAsync(term, whileOwner);
        }

        if (ticked % TicksBetweenPrunes == 0)
        {
            await marks.PruneAsync(whileOwner);
        }
    }

    protected override bool IsAway(Exception exception) => exception is RedisAwayException;

    // True while boards are being filled. Only to the Redis that recovery has looked at: one started again since then
    // keeps the watermark of its own data.
    private async Task<bool> PublishAsync(CancellationToken cancellationToken)
    {
        var (at, refilling) = await marks.WatermarkAsync(cancellationToken);
        await redis.PublishAsync(_runId!, at, refilling, cancellationToken);
        _published = time.GetTimestamp();
        return refilling;
    }
}
