using Npgsql;

namespace Strava.Oracle;

/// <summary>Reads what the Athlete service holds as truth.</summary>
internal static class Memberships
{
    public static async Task<Dictionary<Guid, Athlete>> ReadAthletesAsync(NpgsqlConnection database)
    {
        var athletes = new Dictionary<Guid, Athlete>();
        await using var command = new NpgsqlCommand(
            "SELECT athlete_id, version, name, country, region, city FROM profile", database);
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
            var id = rows.GetGuid(0);
            athletes.Add(id, new Athlete(id, rows.GetInt64(1), rows.GetString(2), HomeAt(rows, 3)));
        }

        return athletes;
    }

    /// <summary>Country, region and city from a column on.</summary>
    public static Home HomeAt(NpgsqlDataReader rows, int column)
    {
        return new Home(Text(column), Text(column + 1), Text(column + 2));

        string? Text(int at) => rows.IsDBNull(at) ? null : rows.GetString(at);
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
