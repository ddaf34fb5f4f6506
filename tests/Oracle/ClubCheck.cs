using System.Buffers.Binary;
using Npgsql;
using StackExchange.Redis;

namespace Strava.Oracle;

/// <summary>
/// Redis must hold these boards of clubs and no others: in every column the same members and the same integers.
/// </summary>
internal static class ClubCheck
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    public static async Task<IReadOnlyList<ClubWeekBoard>> RunAsync(
        NpgsqlConnection leaderboard, string redis, Truth truth, DateTimeOffset now, Comparison comparison)
    {
        var numbers = await BoardCheck.NumbersAsync(leaderboard);
        var clubs = await Memberships.ReadClubsAsync(leaderboard);
        foreach (var club in clubs)
        {
            comparison.Equal(club.Members.Count, club.Counted, $"The number of members that is counted for {club.Id}");
        }

        var boards = Clubs.Boards(truth, clubs, now);
        using var connection = await ConnectionMultiplexer.ConnectAsync($"{redis},abortConnect=true,syncTimeout=5000")
            .WaitAsync(Timeout);
        var server = connection.GetServer(connection.GetEndPoints()[0]);
        var unexpected = server.Keys(pattern: "leaderboard:club:*").Select(key => (string)key!).ToHashSet();
        foreach (var board in boards)
        {
            foreach (var column in ClubWeekBoard.Columns)
            {
                var key = $"{board.Stem}:{column}";
                comparison.Equal(true, unexpected.Remove(key), $"That Redis has the key {key}");
                var entries = await connection.GetDatabase()
                    .SortedSetRangeByRankWithScoresAsync(key, order: Order.Descending).WaitAsync(Timeout);
                Compare(
                    key,
                    board.Lines.ToDictionary(line => line.Athlete, line => line.Score(column)),
                    entries.Select(entry => (entry.Element, checked((long)entry.Score))),
                    numbers,
                    comparison);
            }

            unexpected.Remove($"{board.Stem}:totals");
            var totals = await connection.GetDatabase().HashGetAllAsync($"{board.Stem}:totals").WaitAsync(Timeout);
            Compare(
                $"{board.Stem}:totals",
                board.Lines.ToDictionary(line => line.Athlete, line => line.Text),
                totals.Select(field => (field.Name, (string)field.Value!)),
                numbers,
                comparison);
        }

        unexpected.RemoveWhere(key =>
            key == "leaderboard:club:watermark" || key.EndsWith("}:fence", StringComparison.Ordinal));
        foreach (var key in unexpected)
        {
            comparison.Differ($"Redis has {key}, which no activity of a member's is on.");
        }

        return boards;
    }

    private static void Compare<T>(
        string key,
        Dictionary<Guid, T> wanted,
        IEnumerable<(RedisValue Member, T Value)> found,
        Dictionary<long, Guid> athletes,
        Comparison comparison)
    {
        var seen = new HashSet<Guid>();
        foreach (var (given, value) in found)
        {
            byte[] member = given!;
            if (member.Length != 8
                || !athletes.TryGetValue(BinaryPrimitives.ReadInt64BigEndian(member), out var athlete))
            {
                comparison.Differ($"{key} has a member that is no athlete: {Convert.ToHexStringLower(member)}.");
            }
            else if (!wanted.TryGetValue(athlete, out var right))
            {
                comparison.Differ(FormattableString.Invariant($"{key} has {athlete} with {value}, who is not on it."));
            }
            else
            {
                seen.Add(athlete);
                comparison.Equal(right, value, $"The entry of {athlete} in {key}");
            }
        }

        foreach (var athlete in wanted.Keys.Except(seen))
        {
            comparison.Differ($"{key} lacks {athlete}.");
        }
    }
}
