using MassTransit;
using Npgsql;
using Strava.Contracts.Messages;

namespace Strava.LocalLegends.Friends;

internal static class FriendshipsExtensions
{
    public static WebApplicationBuilder AddFriendships(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<Friendships>();
        return builder;
    }

    public static void AddFriendshipConsumer(this IBusRegistrationConfigurator bus) =>
        bus.AddConsumer<FriendshipConsumer>();
}

/// <summary>
/// A copy of who is whose friend; the newest version of a pair stays, so that a repeat or an older one changes nothing.
/// </summary>
internal sealed class Friendships(NpgsqlDataSource database)
{
    public async Task RecordAsync(FriendshipChanged friendship, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            INSERT INTO friendship AS f (athlete_a, athlete_b, version, are_friends) VALUES ($1, $2, $3, $4)
            ON CONFLICT (athlete_a, athlete_b) DO UPDATE SET version = $3, are_friends = $4 WHERE f.version < $3
            """);
        command.Parameters.Add(new() { Value = friendship.AthleteA });
        command.Parameters.Add(new() { Value = friendship.AthleteB });
        command.Parameters.Add(new() { Value = friendship.Version });
        command.Parameters.Add(new() { Value = friendship.AreFriends });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

internal sealed class FriendshipConsumer(Friendships friendships) : IConsumer<FriendshipChanged>
{
    public Task Consume(ConsumeContext<FriendshipChanged> context) =>
        friendships.RecordAsync(context.Message, context.CancellationToken);
}
