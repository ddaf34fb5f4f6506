using Npgsql;

namespace Strava.Oracle;

/// <summary>Reads what the Athlete service holds as truth.</summary>
internal static class Memberships
{
    public static async Task<Dictionary<Guid, Athlete>> ReadAthletesAsync(NpgsqlConnection database)
    {
        var athletes = new Dictionary<Guid, Athlete>();
        await using var command = new NpgsqlCommand("SELECT athlete_id, version, name, country FROM profile", database);
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
            var id = rows.GetGuid(0);
            var country = rows.IsDBNull(3) ? null : rows.GetString(3);
            athletes.Add(id, new Athlete(id, rows.GetInt64(1), rows.GetString(2), country));
        }

        return athletes;
    }

    /// <summary>Both have asked: then it is a friendship, of both.</summary>
    public static async Task<Dictionary<Guid, HashSet<Guid>>> ReadFriendsAsync(NpgsqlConnection database)
    {
        var friends = new Dictionary<Guid, HashSet<Guid>>();
        await using var command = new NpgsqlCommand(
            "SELECT athlete_a, athlete_b FROM friendship WHERE a_asked AND b_asked", database);
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
            var (one, other) = (rows.GetGuid(0), rows.GetGuid(1));
            Of(one).Add(other);
            Of(other).Add(one);
        }

        return friends;

        HashSet<Guid> Of(Guid athlete) =>
            friends.TryGetValue(athlete, out var known) ? known : friends[athlete] = [];
    }
}
