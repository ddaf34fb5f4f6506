using Npgsql;

namespace Strava.Athletes.Friendships;

/// <summary>The other side of a pair as one side sees it.</summary>
internal sealed record Friend(Guid AthleteId, string Name, FriendState State);

/// <summary>A friend and the versions that its line was made of.</summary>
internal sealed record FriendLine(Friend Friend, long PairVersion, long ProfileVersion);

/// <summary>Reads pairs from one side.</summary>
internal static class FriendLines
{
    // Never a request that was ended: a pair in which nobody asks is nothing.
    private const string Sql =
        """
        SELECT friend.athlete_id, profile.name, friend.i_asked, friend.they_asked, friend.version, profile.version
        FROM (
            SELECT athlete_b, a_asked, b_asked, version FROM friendship WHERE athlete_a = $1
            UNION ALL
            SELECT athlete_a, b_asked, a_asked, version FROM friendship WHERE athlete_b = $1
        ) friend (athlete_id, i_asked, they_asked, version) JOIN profile USING (athlete_id)
        WHERE (friend.i_asked OR friend.they_asked) AND ($2::uuid IS NULL OR friend.athlete_id = $2)
        ORDER BY profile.name, friend.athlete_id OFFSET $3 LIMIT $4
        """;

    /// <param name="database">Where.</param>
    /// <param name="viewer">The side that looks.</param>
    /// <param name="other">Only this one; <c>null</c>: all.</param>
    /// <param name="offset">Lines to leave out.</param>
    /// <param name="limit">Most lines to read.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<List<FriendLine>> ReadAsync(
        NpgsqlDataSource database,
        Guid viewer,
        Guid? other,
        long offset,
        int limit,
        CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.Add(new() { Value = viewer });
        command.Parameters.Add(new NpgsqlParameter<Guid?> { TypedValue = other });
        command.Parameters.Add(new() { Value = offset });
        command.Parameters.Add(new() { Value = (long)limit });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var lines = new List<FriendLine>();
        while (await rows.ReadAsync(cancellationToken))
        {
            var state = (rows.GetBoolean(2), rows.GetBoolean(3)) switch
            {
                (true, true) => FriendState.Friends,
                (true, false) => FriendState.RequestedByMe,
                _ => FriendState.RequestedByThem,
            };
            lines.Add(new FriendLine(
                new Friend(rows.GetGuid(0), rows.GetString(1), state), rows.GetInt64(4), rows.GetInt64(5)));
        }

        return lines;
    }
}
