using Microsoft.Extensions.Options;
using Npgsql;

namespace Strava.Core.Postgres;

internal sealed class PostgresOptions
{
    /// <summary>ConnectionStrings:Postgres.</summary>
    public string ConnectionString { get; set; } = "";
}

internal sealed class PostgresOptionsValidator : IValidateOptions<PostgresOptions>
{
    public ValidateOptionsResult Validate(string? name, PostgresOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.ConnectionString))
        {
            return ValidateOptionsResult.Fail(
                "ConnectionStrings:Postgres is missing; set ConnectionStrings__Postgres to this service's own database.");
        }

        try
        {
            var settings = new NpgsqlConnectionStringBuilder(options.ConnectionString);
            return string.IsNullOrEmpty(settings.Host) || string.IsNullOrEmpty(settings.Database)
                ? ValidateOptionsResult.Fail("ConnectionStrings:Postgres must name a Host and a Database.")
                : ValidateOptionsResult.Success;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            // Never the text itself: it holds a password.
            return ValidateOptionsResult.Fail(
                "ConnectionStrings:Postgres cannot be read; it looks like Host=...;Port=5432;Database=...;Username=...;Password=...");
        }
    }
}
