using System.Globalization;
using Npgsql;
using StackExchange.Redis;

namespace Strava.Oracle;

/// <summary>
/// Rolling windows move while they are looked at. What was told to be on them when the look began (asOf) must be, and
/// nothing that had not begun, or had ended, when it was over.
/// </summary>
internal static class RollingCheck
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>As long as readers of the API take: boards that do not move till then are compared there too.</summary>
    private static readonly TimeSpan SomeTime = TimeSpan.FromMinutes(2);

    /// <returns>Boards that stand still for a while, and the keys that a rolling board may have.</returns>
    public static async Task<(IReadOnlyList<Board> Standing, IReadOnlySet<string> MayBe)> RunAsync(
        RollingBoards boards,
        NpgsqlConnection leaderboard,
        IDatabase redis,
        Dictionary<long, Guid> numbers,
        Comparison comparison)
    {
        var from = await WatermarkAsync(redis);
        var before = boards.At(from).ToDictionary(board => board.Key);
        var found = new Dictionary<string, Dictionary<Guid, double>>();
        foreach (var key in before.Keys)
        {
            found[key] = await BoardCheck.FoundAsync(redis, key, numbers, comparison);
        }

        var to = await RolledAsync(leaderboard);
        var after = boards.At(to).ToDictionary(board => board.Key);
        var moving = boards.Moving(from, to);
        foreach (var (key, entries) in found)
        {
            Compare(before[key], after.GetValueOrDefault(key), entries, moving, comparison);
        }

        var later = boards.Moving(from, to + SomeTime).Select(one => (one.Sport, one.Window)).ToHashSet();
        return (
            [.. before.Values.Where(board => !later.Contains((board.Sport, board.Window)))],
            before.Keys.Union(after.Keys).ToHashSet());
    }

    private static void Compare(
        Board before,
        Board? after,
        Dictionary<Guid, double> found,
        IReadOnlySet<(Guid Athlete, string Sport, string Window)> moving,
        Comparison comparison)
    {
        var expected = before.Lines.ToDictionary(line => line.Athlete, line => (double)line.Score);
        var then = (after?.Lines ?? []).ToDictionary(line => line.Athlete, line => (double)line.Score);
        foreach (var athlete in expected.Keys.Union(then.Keys).Union(found.Keys))
        {
            var score = found.GetValueOrDefault(athlete);
            var isThere = moving.Contains((athlete, before.Sport, before.Window)) && score == then.GetValueOrDefault(athlete);
            comparison.Equal(
                isThere ? score : expected.GetValueOrDefault(athlete), score, $"The score of {athlete} in {before.Key}");
        }
    }

    private static async Task<DateTimeOffset> WatermarkAsync(IDatabase redis)
    {
        var at = await redis.HashGetAsync("leaderboard:watermark", "at").WaitAsync(Timeout);
        return DateTimeOffset.FromUnixTimeMilliseconds(at.IsNull ? 0 : long.Parse((string)at!, CultureInfo.InvariantCulture));
    }

    private static async Task<DateTimeOffset> RolledAsync(NpgsqlConnection leaderboard)
    {
        await using var command = new NpgsqlCommand("SELECT at FROM board_rolling", leaderboard);
        return new DateTimeOffset((DateTime)(await command.ExecuteScalarAsync())!);
    }
}
