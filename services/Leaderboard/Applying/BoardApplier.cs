using Npgsql;
using Strava.Core.Applying;
using Strava.Core.Diagnostics;
using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Stores;

namespace Strava.Leaderboards.Applying;

internal static class BoardApplierExtensions
{
    public static WebApplicationBuilder AddBoardApplier(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<BoardBatches>().AddSingleton<BoardMarks>().AddSingleton<StoreRecovery>();
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
/// Carries the ledger's changes over to Redis: the only writer of boards. One worker owns all partitions for now; to split, give
/// each worker a lease name and partitions of its own, and recovery a lease.
/// </summary>
internal sealed class BoardApplier(
    NpgsqlDataSource database,
    BoardBatches batches,
    BoardMarks marks,
    StoreRecovery recovery,
    RedisBoards redis,
    ILogger<BoardApplier> log)
    : LeasedApplier(database, log)
{
    /// <summary>Of the lease and of the fence.</summary>
    public const string Duty = "boards";

    private const int TicksBetweenPrunes = 30;

    protected override string LeaseName => Duty;

    protected override short[] Partitions { get; } = [.. AthletePartition.All];

    protected override Task<int> ApplyAsync(FenceTerm term, CancellationToken whileOwner) => batches.ApplyAsync(term, whileOwner);

    protected override async Task TickAsync(int ticked, CancellationToken whileOwner)
    {
        // A Redis started again between these steps gets a watermark too new; the minute that recovery goes back covers
        // it.
        await recovery.EnsureAsync(whileOwner);
        var (at, refilling) = await marks.WatermarkAsync(whileOwner);
        await redis.PublishAsync(at, refilling, whileOwner);
        if (ticked % TicksBetweenPrunes == 0)
        {
            await recovery.PruneAsync(whileOwner);
        }
    }

    protected override bool IsAway(Exception exception) => exception is RedisAwayException;
}
