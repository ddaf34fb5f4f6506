using Npgsql;

namespace Strava.Oracle;

/// <summary>A club and who is in it: facts that the Leaderboard service keeps, because no stream tells them.</summary>
internal sealed record Club(Guid Id, long Number, string Sport, HashSet<Guid> Members, long Counted);

/// <summary>Reads what services hold as truth.</summary>
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

    public static async Task<List<Club>> ReadClubsAsync(NpgsqlConnection database)
    {
        var clubs = new Dictionary<long, Club>();
        await using (var command = new NpgsqlCommand(
            """
            SELECT id, number, CASE sport WHEN 1 THEN 'RUN' WHEN 2 THEN 'RIDE' END,
                coalesce((SELECT sum(members) FROM club_count WHERE club = number), 0)::bigint
            FROM club
            """,
            database))
        await using (var rows = await command.ExecuteReaderAsync())
        {
            while (await rows.ReadAsync())
            {
                var club = new Club(rows.GetGuid(0), rows.GetInt64(1), rows.GetString(2), [], rows.GetInt64(3));
                clubs.Add(club.Number, club);
            }
        }

        await using var members = new NpgsqlCommand(
            "SELECT club, athlete_id FROM club_member JOIN athlete_number ON number = athlete WHERE joined", database);
        await using var lines = await members.ExecuteReaderAsync();
        while (await lines.ReadAsync())
        {
            clubs[lines.GetInt64(0)].Members.Add(lines.GetGuid(1));
        }

        return [.. clubs.Values];
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
