using MassTransit;
using Npgsql;
using NpgsqlTypes;
using Strava.Activities.Sharding;
using Strava.Contracts.Messages;
using Strava.ServiceDefaults;

namespace Strava.Activities.Viewing;

/// <summary>
/// This service's own copies of profiles and friendships. Each row keeps the version it has: the same message twice,
/// late, or after a newer one changes nothing. They lie with the athletes whom they tell of; a friendship with both.
/// </summary>
internal sealed class AthleteCopies(Shards shards) : IConsumer<AthleteProfileChanged>, IConsumer<FriendshipChanged>
{
    public async Task Consume(ConsumeContext<AthleteProfileChanged> context)
    {
        var profile = context.Message;
        await using var command = DatabaseOf(profile.AthleteId).CreateCommand(
            """
            INSERT INTO athlete_copy AS c (athlete_id, version, name, time_zone) VALUES ($1, $2, $3, $4)
            ON CONFLICT (athlete_id) DO UPDATE SET version = $2, name = $3, time_zone = $4 WHERE c.version < $2
            """);
        command.Parameters.Add(new() { Value = profile.AthleteId });
        command.Parameters.Add(new() { Value = profile.Version });
        command.Parameters.Add(new() { Value = profile.Name });
        command.Parameters.Add(new() { Value = (object?)profile.TimeZone ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        await command.ExecuteNonQueryAsync(context.CancellationToken);
    }

    public async Task Consume(ConsumeContext<FriendshipChanged> context)
    {
        var friendship = context.Message;
        foreach (var athleteId in shards.AreSeveral ? [friendship.AthleteA, friendship.AthleteB] : new[] { friendship.AthleteA })
        {
            await using var batch = DatabaseOf(athleteId).CreateBatch();
            if (shards.AreSeveral)
            {
                // The row itself does not say for which of the two it is written here.
                batch.BatchCommands.Add(new("SELECT check_shard(virtual_shard_of($1))")
                {
                    Parameters = { new() { Value = athleteId } },
                });
            }

            batch.BatchCommands.Add(RowOf(friendship));
            await batch.ExecuteNonQueryAsync(context.CancellationToken);
        }
    }

    /// <summary>While the map is away the message is held, as it is for a database that is away.</summary>
    private NpgsqlDataSource DatabaseOf(Guid athleteId)
    {
        try
        {
            return shards.Of(athleteId).Database;
        }
        catch (UnavailableException away)
        {
            throw new NpgsqlException(away.Message, away);
        }
    }

    private static NpgsqlBatchCommand RowOf(FriendshipChanged friendship) => new(
        """
        INSERT INTO friendship_copy AS c (athlete_a, athlete_b, version, are_friends) VALUES ($1, $2, $3, $4)
        ON CONFLICT (athlete_a, athlete_b) DO UPDATE SET version = $3, are_friends = $4 WHERE c.version < $3
        """)
    {
        Parameters =
        {
            new() { Value = friendship.AthleteA },
            new() { Value = friendship.AthleteB },
            new() { Value = friendship.Version },
            new() { Value = friendship.AreFriends },
        },
    };
}
