using System.Buffers.Binary;
using Npgsql;
using StackExchange.Redis;

namespace Strava.Oracle;

/// <summary>
/// Redis must hold these boards and no others: the same members, the same integers. Gives all that the API can be
/// asked for.
/// </summary>
internal static class BoardCheck
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    public static async Task<IReadOnlyList<Board>> RunAsync(
        NpgsqlConnection leaderboard, string redis, Truth truth, DateTimeOffset now, Comparison comparison)
    {
        var numbers = await NumbersAsync(leaderboard);
        var places = await PlacesAsync(leaderboard);
        ComparePlaces(truth, places, comparison);
        var flagged = await FlaggedAsync(leaderboard);
        var all = new Boards(truth, places, flagged, now);
        var boards = all.All();

        using var connection = await ConnectionMultiplexer.ConnectAsync($"{redis},abortConnect=true,syncTimeout=5000")
            .WaitAsync(Timeout);
        var server = connection.GetServer(connection.GetEndPoints()[0]);
        var unexpected = server.Keys(pattern: "leaderboard:*").Select(key => (string)key!).ToHashSet();
        var rolling = await RollingCheck.RunAsync(
            new RollingBoards(truth, flagged), leaderboard, connection.GetDatabase(), numbers, comparison);
        foreach (var board in boards)
        {
            comparison.Equal(true, unexpected.Remove(board.Key), $"That Redis has the key {board.Key}");
            await CompareAsync(connection.GetDatabase(), board, numbers, comparison);
        }

        // Fences and the watermark are the service's own business; a board that should be empty is a key that should
        // not be.
        // Those of clubs are looked at by themselves.
        unexpected.RemoveWhere(key =>
            key == "leaderboard:watermark"
            || key.EndsWith("}:fence", StringComparison.Ordinal)
            || rolling.MayBe.Contains(key)
            || key.StartsWith("leaderboard:club:", StringComparison.Ordinal));
        foreach (var key in unexpected)
        {
            comparison.Differ($"Redis has the board {key}, which no activity is on.");
        }

        // To the millisecond, so that no answer was kept from before.
        var past = DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds());
        return [.. boards, .. rolling.Standing, .. all.Range(past.AddDays(-40), past)];
    }

    private static async Task CompareAsync(
        IDatabase redis, Board board, Dictionary<long, Guid> athletes, Comparison comparison)
    {
        var found = await FoundAsync(redis, board.Key, athletes, comparison);
        foreach (var line in board.Lines)
        {
            comparison.Equal(
                line.Score,
                found.Remove(line.Athlete, out var score) ? score : 0d,
                $"The score of {line.Athlete} in {board.Key}");
        }

        foreach (var (athlete, score) in found)
        {
            comparison.Differ(
                FormattableString.Invariant($"{board.Key} has {athlete} with {score}, who is not on it."));
        }
    }

    /// <summary>What Redis has under a key.</summary>
    public static async Task<Dictionary<Guid, double>> FoundAsync(
        IDatabase redis, string key, Dictionary<long, Guid> athletes, Comparison comparison)
    {
        var found = new Dictionary<Guid, double>();
        // From the top, as the service reads: its user may do no more.
        var entries = await redis.SortedSetRangeByRankWithScoresAsync(key, order: Order.Descending)
            .WaitAsync(Timeout);
        foreach (var entry in entries)
        {
            byte[] member = entry.Element!;
            var isKnown = member.Length == 8
                & athletes.TryGetValue(
                    member.Length == 8 ? BinaryPrimitives.ReadInt64BigEndian(member) : 0, out var athlete);
            if (!isKnown)
            {
                comparison.Differ($"{key} has a member that is no athlete: {Convert.ToHexStringLower(member)}.");
                continue;
            }

            found.Add(athlete, entry.Score);
        }

        return found;
    }

    /// <summary>Whom an operator has taken off the boards: a fact of the service's own, as places are.</summary>
    private static async Task<HashSet<Guid>> FlaggedAsync(NpgsqlConnection database)
    {
        var flagged = new HashSet<Guid>();
        await using var command = new NpgsqlCommand(
            "SELECT athlete_id FROM athlete_flag JOIN athlete_number ON number = athlete", database);
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
            flagged.Add(rows.GetGuid(0));
        }

        return flagged;
    }

    public static async Task<Dictionary<long, Guid>> NumbersAsync(NpgsqlConnection database)
    {
        var numbers = new Dictionary<long, Guid>();
        await using var command = new NpgsqlCommand("SELECT number, athlete_id FROM athlete_number", database);
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
            numbers.Add(rows.GetInt64(0), rows.GetGuid(1));
        }

        return numbers;
    }

    private static async Task<Dictionary<Guid, List<PlaceSince>>> PlacesAsync(NpgsqlConnection database)
    {
        var places = new Dictionary<Guid, List<PlaceSince>>();
        await using var command = new NpgsqlCommand(
            """
            SELECT athlete_id, version, since, country, region, city
            FROM athlete_place JOIN athlete_number ON number = athlete
            """,
            database);
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
            var athlete = rows.GetGuid(0);
            var known = places.TryGetValue(athlete, out var list) ? list : places[athlete] = [];
            known.Add(new PlaceSince(
                rows.GetInt64(1), rows.GetFieldValue<DateTimeOffset>(2), Memberships.HomeAt(rows, 3)));
        }

        return places;
    }

    private static void ComparePlaces(Truth truth, Dictionary<Guid, List<PlaceSince>> places, Comparison comparison)
    {
        foreach (var athlete in truth.Athletes.Values)
        {
            var newest = places.GetValueOrDefault(athlete.Id)?.MaxBy(place => place.Version);
            comparison.Equal(
                athlete.Home,
                newest?.Home ?? new Home(null, null, null),
                $"The place that boards have for {athlete.Name}");
        }
    }
}
