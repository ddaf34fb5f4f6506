using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Npgsql;
using Strava.Core.Diagnostics;

namespace Strava.Core.Postgres;

/// <summary>One database a service, by the connection string <c>Postgres</c>; Activity may have several.</summary>
public static class PostgresExtensions
{
    public static WebApplicationBuilder AddPostgres(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<PostgresOptions>, PostgresOptionsValidator>();
        builder.Services.AddOptions<PostgresOptions>()
            .Configure<IConfiguration>((options, configuration) =>
                options.ConnectionString = configuration.GetConnectionString("Postgres") ?? "")
            .ValidateOnStart();
        builder.Services.AddSingleton(services =>
            CreateDataSource(services.GetRequiredService<IOptions<PostgresOptions>>().Value.ConnectionString));
        builder.Services.AddHealthChecks().AddCheck<PostgresHealth>("postgres");
        return builder;
    }

    /// <summary>
    /// A further database of the service, as a data source of that key. It is migrated with the first; while it is away
    /// the service stays ready for those whom the others serve.
    /// </summary>
    public static WebApplicationBuilder AddPostgres(this WebApplicationBuilder builder, string name, string connectionString)
    {
        builder.Services.AddKeyedSingleton(name, (_, _) => CreateDataSource(connectionString));
        builder.Services.AddHealthChecks().Add(new(
            $"postgres-{name}",
            services => new PostgresHealth(services.GetRequiredKeyedService<NpgsqlDataSource>(name)),
            HealthStatus.Degraded,
            tags: null));
        builder.Services.AddSingleton(services => new GaugedDatabase(name, services.GetRequiredKeyedService<NpgsqlDataSource>(name)));
        return builder;
    }

    public static NpgsqlDataSource CreateDataSource(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        // Every statement of ours is constant text: prepared once a connection, it is parsed and planned once.
        settings.MaxAutoPrepare = 100;
        settings.AutoPrepareMinUsages = 2;
        // No statement of ours leaves anything behind in its session: no SET, no session lock, no temporary table.
        settings.NoResetOnClose = true;
        settings.CommandTimeout = 15;
        settings.Timeout = 5;
        settings.CancellationTimeout = 2000;
        return new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
    }
}
