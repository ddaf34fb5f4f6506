using MassTransit;
using Npgsql;
using NpgsqlTypes;
using Strava.Contracts.Messages;

namespace Strava.LocalLegends.Athletes;

internal static class ProfilesExtensions
{
    public static WebApplicationBuilder AddProfiles(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<Profiles>();
        return builder;
    }

    public static void AddProfileConsumer(this IBusRegistrationConfigurator bus) => bus.AddConsumer<ProfileConsumer>();
}

/// <summary>
/// A copy of the profiles; the newest version stays, so that a repeat or an older one changes nothing.
/// </summary>
internal sealed class Profiles(NpgsqlDataSource database)
{
    public async Task RecordAsync(AthleteProfileChanged profile, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            INSERT INTO athlete_profile AS p (athlete_id, version, name, country, region, city, time_zone)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (athlete_id) DO UPDATE SET version = $2, name = $3, country = $4, region = $5, city = $6, time_zone = $7
            WHERE p.version < $2
            """);
        command.Parameters.Add(new() { Value = profile.AthleteId });
        command.Parameters.Add(new() { Value = profile.Version });
        command.Parameters.Add(new() { Value = profile.Name });
        foreach (var text in new[] { profile.Country, profile.Region, profile.City, profile.TimeZone })
        {
            command.Parameters.Add(new() { Value = (object?)text ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        }

        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

internal sealed class ProfileConsumer(Profiles profiles) : IConsumer<AthleteProfileChanged>
{
    public Task Consume(ConsumeContext<AthleteProfileChanged> context) =>
        profiles.RecordAsync(context.Message, context.CancellationToken);
}
