using Npgsql;
using NpgsqlTypes;
using Strava.Contracts.Messages;
using Strava.Leaderboards.Challenges;

namespace Strava.Leaderboards.Ledgers;

/// <summary>
/// The copy of the profiles and the history of places, in one transaction a message. The newest version wins; a repeat
/// changes nothing. A late older version matters only when it is older than all that we know: then it says where the
/// athlete lived before.
/// </summary>
internal sealed class Profiles(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>
    /// Each move costs work at every later change (see PlaceHistory.Ever), so who changes the city every minute stays
    /// where they were on boards.
    /// </summary>
    public const int MaxMovesAYear = 50;

    private const string Replace =
        """
        WITH me AS (SELECT number FROM athlete_number WHERE athlete_id = $1),
        newest AS (SELECT p.version FROM athlete_profile p, me WHERE p.athlete = me.number),
        first_place AS (
            SELECT p.version FROM athlete_place p, me
            WHERE p.athlete = me.number ORDER BY p.version LIMIT 1),
        last_place AS (
            SELECT p.country, p.region, p.city FROM athlete_place p, me
            WHERE p.athlete = me.number ORDER BY p.version DESC LIMIT 1),
        moved AS (
            INSERT INTO athlete_place (athlete, version, since, country, region, city)
            SELECT number, $2, $8, $4, $5, $6 FROM me
            WHERE CASE WHEN $2 > coalesce((SELECT version FROM newest), -1)
                THEN NOT EXISTS (SELECT FROM last_place WHERE (country, region, city) IS NOT DISTINCT FROM ($4, $5, $6))
                ELSE $2 < (SELECT version FROM first_place) END
            AND $9 > (
                SELECT count(*) FROM athlete_place p, me
                WHERE p.athlete = me.number AND p.since > $8 - interval '1 year')
            RETURNING athlete
        ),
        profile AS (
            INSERT INTO athlete_profile AS p (athlete, version, name, country, region, city, time_zone)
            SELECT number, $2, $3, $4, $5, $6, $7 FROM me
            ON CONFLICT (athlete) DO UPDATE
            SET version = $2, name = $3, country = $4, region = $5, city = $6, time_zone = $7
            WHERE p.version < $2
        )
        INSERT INTO board_dirty (athlete, sport, day) SELECT athlete, 0, '-infinity' FROM moved
        ON CONFLICT (athlete, sport, day) DO UPDATE SET version = EXCLUDED.version
        """;

    public async Task RecordAsync(AthleteProfileChanged profile, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.AddAthleteLock(profile.AthleteId);
        batch.BatchCommands.Add(new(Replace)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = profile.AthleteId },
                new NpgsqlParameter<long> { TypedValue = profile.Version },
                new NpgsqlParameter<string> { TypedValue = profile.Name },
                Text(profile.Country),
                Text(profile.Region),
                Text(profile.City),
                Text(profile.TimeZone),
                new NpgsqlParameter<DateTime>
                {
                    TypedValue = time.GetUtcNow().UtcDateTime,
                    NpgsqlDbType = NpgsqlDbType.TimestampTz,
                },
                new NpgsqlParameter<int> { TypedValue = MaxMovesAYear },
            },
        });
        batch.AddChallengeMarks(profile.AthleteId);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlParameter Text(string? value) =>
        new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };
}
