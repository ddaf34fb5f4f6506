using Npgsql;
using Strava.Core.Outbox;

namespace Strava.Athletes.Friendships;

/// <summary>The table <c>friendship</c>.</summary>
internal static class FriendshipRows
{
    /// <summary>
    /// The pair, locked until the transaction ends, made with version 0 where it is not there: both sides may ask in
    /// the same moment, and one must see what the other has done. A transaction that changes nothing must roll it back.
    /// </summary>
    public static async Task<Friendship> LockAsync(
        NpgsqlConnection connection, Pair pair, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(Command(
            """
            INSERT INTO friendship (athlete_a, athlete_b, version, a_asked, b_asked) VALUES ($1, $2, 0, false, false)
            ON CONFLICT DO NOTHING
            """,
            pair));
        batch.BatchCommands.Add(Command(
            "SELECT version, a_asked, b_asked FROM friendship WHERE athlete_a = $1 AND athlete_b = $2 FOR UPDATE",
            pair));
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        return new Friendship(pair, rows.GetInt64(0), rows.GetBoolean(1), rows.GetBoolean(2));
    }

    /// <summary>The row and its message, in the transaction that holds the row's lock.</summary>
    public static async Task SaveAsync(
        NpgsqlConnection connection, Friendship friendship, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        var update = Command(
            "UPDATE friendship SET version = $3, a_asked = $4, b_asked = $5 WHERE athlete_a = $1 AND athlete_b = $2",
            friendship.Pair);
        update.Parameters.Add(new() { Value = friendship.Version });
        update.Parameters.Add(new() { Value = friendship.AskedByA });
        update.Parameters.Add(new() { Value = friendship.AskedByB });
        batch.BatchCommands.Add(update);
        batch.AddOutgoing(friendship.Pair.Key, friendship.ToMessage());
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlBatchCommand Command(string sql, Pair pair) => new(sql)
    {
        Parameters = { new() { Value = pair.A }, new() { Value = pair.B } },
    };
}
