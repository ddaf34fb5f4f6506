using Npgsql;
using Strava.Contracts;
using Strava.Core.Outbox;

namespace Strava.Athletes.Profiles;

/// <summary>The table <c>profile</c>.</summary>
internal static class ProfileRows
{
    private const string Columns =
        "athlete_id, version, name, country, region, city, time_zone, units, default_visibility";

    public static async Task<Profile?> FindAsync(
        NpgsqlDataSource database, Guid athleteId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"SELECT {Columns} FROM profile WHERE athlete_id = $1");
        command.Parameters.Add(new() { Value = athleteId });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? Read(rows) : null;
    }

    /// <summary>
    /// The profile, locked until the transaction ends. One that is not there is made with version 0 first, because what
    /// does not exist cannot be locked; a transaction that changes nothing must roll it back.
    /// </summary>
    public static async Task<Profile> LockAsync(
        NpgsqlConnection connection, Guid athleteId, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(new(
            """
            INSERT INTO profile (athlete_id, version, name, units, default_visibility) VALUES ($1, 0, '', $2, $3)
            ON CONFLICT DO NOTHING
            """)
        {
            Parameters =
            {
                new() { Value = athleteId },
                new() { Value = (short)Units.Metric },
                new() { Value = (short)Visibility.Everyone },
            },
        });
        batch.BatchCommands.Add(new($"SELECT {Columns} FROM profile WHERE athlete_id = $1 FOR UPDATE")
        {
            Parameters = { new() { Value = athleteId } },
        });
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        return Read(rows);
    }

    /// <summary>The row and its message, in the transaction that holds the row's lock.</summary>
    public static async Task SaveAsync(
        NpgsqlConnection connection, Profile profile, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(new(
            """
            UPDATE profile SET version = $2, name = $3, country = $4, region = $5, city = $6, time_zone = $7,
                units = $8, default_visibility = $9
            WHERE athlete_id = $1
            """)
        {
            Parameters =
            {
                new() { Value = profile.Id },
                new() { Value = profile.Version },
                new() { Value = profile.Name },
                new NpgsqlParameter<string?> { TypedValue = profile.Country },
                new NpgsqlParameter<string?> { TypedValue = profile.Region },
                new NpgsqlParameter<string?> { TypedValue = profile.City },
                new NpgsqlParameter<string?> { TypedValue = profile.TimeZone },
                new() { Value = (short)profile.Units },
                new() { Value = (short)profile.DefaultVisibility },
            },
        });
        batch.AddOutgoing(profile.Id, profile.ToMessage());
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static Profile Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        Version = row.GetInt64(1),
        Name = row.GetString(2),
        Country = Text(row, 3),
        Region = Text(row, 4),
        City = Text(row, 5),
        TimeZone = Text(row, 6),
        Units = (Units)row.GetInt16(7),
        DefaultVisibility = (Visibility)row.GetInt16(8),
    };

    private static string? Text(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetString(column);
}
