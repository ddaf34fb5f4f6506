using Npgsql;
using Strava.Core.Diagnostics;
using Strava.Core.Leases;
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
/// Carries the ledger's changes over to Redis: the only writer of boards. One worker owns all partitions for now; to
/// split, give each worker a lease name and partitions of its own, and recovery a lease.
/// </summary>
/// <remarks>
/// Why a board cannot keep an old score, whatever freezes or overlaps:
/// 1. A mark is removed only if its version is the one that was taken, so a change after the taking keeps its mark.
/// 2. The totals are read after the marks were taken, in a snapshot that also shows this term as the partition's last
/// claim. Who claims later gets a greater token and a later snapshot: a greater token is never older news.
/// 3. Redis refuses a smaller token for the same board and partition. Who is refused leaves the marks.
/// 4. A batch given up on (frozen Redis, cut connection) leaves its marks; they are applied with a greater token, on
/// the same boards. Hence no lock spans Postgres and Redis, and repeats, races, outages and refills are this one path.
/// </remarks>
internal sealed partial class BoardApplier(
    NpgsqlDataSource database,
    BoardBatches batches,
    BoardMarks marks,
    StoreRecovery recovery,
    RedisBoards redis,
    ILogger<BoardApplier> log)
    : LeasedWorker(database, log)
{
    private const int TicksBetweenPrunes = 30;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan TickInterval = TimeSpan.FromSeconds(1);
    private readonly NpgsqlDataSource _database = database;
    private readonly ILogger _log = log;

    protected override string LeaseName => "boards";

    protected override async Task WorkAsync(LeaseTerm term, CancellationToken whileOwner)
    {
        var fence = await FenceTerm.ClaimAsync(_database, [.. AthletePartition.All], whileOwner);
        using var ticks = new PeriodicTimer(TickInterval);
        var tick = Task.CompletedTask;
        var ticked = 0;
        var isAway = false;
        while (true)
        {
            try
            {
                if (tick.IsCompleted)
                {
                    await TickAsync(ticked++, whileOwner);
                    tick = ticks.WaitForNextTickAsync(whileOwner).AsTask();
                }

                if (await batches.ApplyAsync(fence, whileOwner) == 0)
                {
                    await Task.Delay(PollInterval, whileOwner);
                }

                isAway = false;
            }
            catch (RedisAwayException exception)
            {
                if (!isAway)
                {
                    LogAway(_log, exception);
                }

                // Marks pile up meanwhile. When it is back, first find out what it still knows.
                isAway = true;
                await Task.Delay(TickInterval, whileOwner);
                if (!tick.IsCompleted)
                {
                    await tick;
                }
            }
        }
    }

    private async Task TickAsync(int ticked, CancellationToken whileOwner)
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

    [LoggerMessage(5201, LogLevel.Warning, "Redis is away; board changes wait in Postgres")]
    private static partial void LogAway(ILogger log, Exception exception);
}
