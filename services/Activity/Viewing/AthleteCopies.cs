using MassTransit;
using Npgsql;
using NpgsqlTypes;
using Strava.Contracts.Messages;

namespace Strava.Activities.Viewing;

/// <summary>
/// This service's own copies of profiles and friendships. Each row keeps the version it has: the same message twice, late, or
/// after a newer one changes nothing.
/// </summary>
internal sealed class AthleteCopies(NpgsqlDataSource database) : IConsumer<AthleteProfileChanged>, IConsumer<FriendshipChanged>
{
    public async Task Consume(ConsumeContext<AthleteProfileChanged> context)
    {
        var profile = context.Message;
        await using var command = database.CreateCommand(
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
        await using var command = database.CreateCommand(
            """
            INSERT INTO friendship_copy AS c (athlete_a, athlete_b, version, are_friends) VALUES ($1, $2, $3, $4)
            ON CONFLICT (athlete_a, athlete_b) DO UPDATE SET version = $3, are_friends = $4 WHERE c.version < $3
            """);
        command.Parameters.Add(new() { Value = friendship.AthleteA });
        command.Parameters.Add(new() { Value = friendship.AthleteB });
        command.Parameters.Add(new() { Value = friendship.Version });
        command.Parameters.Add(new() { Value = friendship.AreFriends });
        await command.ExecuteNonQueryAsync(context.CancellationToken);
    }
}
