using System.Diagnostics;
using Strava.Contracts;
using Strava.Contracts.Messages;
using Strava.Contracts.Sports;
using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Stores;

namespace Strava.Bench.Boards;

/// <summary>
/// What a read and a write cost on boards of 1,000,000 members against boards of 10,000, in turns: a read is the top
/// 100 and the viewer's line; a write is an activity from its message to the score in Redis, ledger included, in
/// batches of 200.
/// </summary>
internal static class GrowthBench
{
    private const int Large = 1_000_000;
    private const int Small = 10_000;
    private const int Rounds = 15;
    private const int Writes = 200;
    private const int Reads = 500;
    private const int AtOnce = 8;
    private static readonly BoardKey AllTime = new(Sport.Run, Place.Global, Window.Ever, Period.Ever);

    public static async Task RunAsync()
    {
        await using var large = await BoardWorld.CreateAsync(redisDatabase: 2);
        await using var small = await BoardWorld.CreateAsync(redisDatabase: 3);
        await large.FillAsync(Large);
        await small.FillAsync(Small);
        await large.RefillAsync();
        await small.RefillAsync();
        await RatioAsync("boards.growth.read", large, small, ReadAsync, "page");
        await RatioAsync("boards.growth.write", large, small, WriteAsync, "activity");
        await RatioAsync("boards.growth.raw_zadd", large, small, ZaddAsync, "ZADD");
    }

    private static async Task RatioAsync(
        string name, BoardWorld large, BoardWorld small, Func<BoardWorld, Task<double>> measure, string what)
    {
        List<double> ratios = [], larges = [], smalls = [];
        for (var round = 0; round <= Rounds; round++)
        {
            var largeFirst = round % 2 == 0;
            var first = await measure(largeFirst ? large : small);
            var second = await measure(largeFirst ? small : large);
            if (round > 0)
            {
                larges.Add(largeFirst ? first : second);
                smalls.Add(largeFirst ? second : first);
                ratios.Add(larges[^1] / smalls[^1]);
            }
        }

        Figures.Note($"{name}: {Figures.Format(Figures.Median(larges))} us a {what} of a million, {Figures.Format(Figures.Median(smalls))} us of ten thousand");
        Figures.Print(name, Figures.Median(ratios));
    }

    private static async Task<double> ReadAsync(BoardWorld world)
    {
        var viewers = Enumerable.Range(0, Reads).Select(_ => (long)Random.Shared.Next(1, world.Athletes + 1)).ToArray();
        return await TimedAsync(Reads, () => Parallel.ForEachAsync(
            viewers,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (viewer, cancellationToken) => await world.Redis.ReadAsync(AllTime, new BoardSlice(100), viewer, cancellationToken)));
    }

    private static async Task<double> WriteAsync(BoardWorld world)
    {
        var athletes = await world.SomeAthletesAsync(Writes);
        var term = await world.ClaimAsync();
        return await TimedAsync(Writes, async () =>
        {
            await Parallel.ForEachAsync(
                athletes,
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
                async (athlete, cancellationToken) => await world.Ledger.RecordAsync(Run(athlete), cancellationToken));
            while (await world.Batches.ApplyAsync(term, default) > 0)
            {
            }
        });
    }

    /// <summary>The bare command, as far apart as the members are.</summary>
    private static async Task<double> ZaddAsync(BoardWorld world)
    {
        var count = world.Athletes;
        return await world.RawAsync(redis => TimedAsync(Writes * 10, () => Task.WhenAll(Enumerable.Range(0, Writes * 10).Select(_ =>
            redis.SortedSetAddAsync(
                AllTime.Scores,
                BoardMember.Encode(Random.Shared.Next(1, count + 1)),
                new BoardScore(Random.Shared.Next(100_000, 12_000_000), 3).Packed)))));
    }

    private static async Task<double> TimedAsync(int count, Func<Task> act)
    {
        var watch = Stopwatch.StartNew();
        await act();
        return watch.Elapsed.TotalMicroseconds / count;
    }

    private static ActivitySummary Run(Guid athlete)
    {
        var start = new DateTimeOffset(2019, 6, 1, 8, 0, 0, TimeSpan.Zero).AddMinutes(Random.Shared.Next(500_000));
        return new ActivitySummary
        {
            ActivityId = Guid.CreateVersion7(),
            AthleteId = athlete,
            Version = 1,
            Sport = Sport.Run,
            Name = "run",
            Visibility = Visibility.Everyone,
            StartedAt = start,
            CompletedAt = start.AddHours(1),
            TimeZone = "UTC",
            LocalDate = DateOnly.FromDateTime(start.UtcDateTime),
            DistanceMillimeters = Random.Shared.Next(1_000_000, 40_000_000),
            TotalMilliseconds = 3_600_000,
            ActiveMilliseconds = 3_600_000,
            MovingMilliseconds = 3_500_000,
            ElevationGainCentimeters = 10_000,
            ElevationLossCentimeters = 10_000,
            PointCount = 600,
        };
    }
}
