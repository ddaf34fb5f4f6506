using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Strava.Core.Postgres;

/// <summary>One database a service, by the connection string <c>Postgres</c>.</summary>
public static class PostgresExtensions
{
    public static WebApplicationBuilder AddPostgres(this WebApplicationBuilder builder)
    {
        var connectionString = builder.Configuration.GetConnectionString("Postgres")
            ?? throw new InvalidOperationException(
                "ConnectionStrings:Postgres is missing; set ConnectionStrings__Postgres to this service's own database.");

        builder.Services.AddSingleton(CreateDataSource(connectionString));
        builder.Services.AddHealthChecks().AddCheck<PostgresHealth>("postgres");
        return builder;
    }

    public static NpgsqlDataSource CreateDataSource(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        // Every statement of ours is constant text: prepared once a connection, it is parsed and planned once.
        settings.MaxAutoPrepare = 100;
        settings.AutoPrepareMinUsages = 2;
        settings.CommandTimeout = 15;
        settings.Timeout = 5;
        settings.CancellationTimeout = 2000;
        return new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
    }
}
