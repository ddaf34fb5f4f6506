using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Strava.Leaderboards.Stores;

internal sealed class RedisOptions
{
    /// <summary>ConnectionStrings:Redis.</summary>
    public string ConnectionString { get; set; } = "";
}

internal sealed class RedisOptionsValidator(IHostEnvironment environment) : IValidateOptions<RedisOptions>
{
    private const string Form = "host:port,password=...";

    public ValidateOptionsResult Validate(string? name, RedisOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.ConnectionString))
        {
            return ValidateOptionsResult.Fail(
                $"ConnectionStrings:Redis is missing; set ConnectionStrings__Redis to {Form}.");
        }

        try
        {
            var settings = ConfigurationOptions.Parse(options.ConnectionString);
            if (settings.EndPoints.Count == 0)
            {
                return ValidateOptionsResult.Fail($"ConnectionStrings:Redis must name a host and a port: {Form}.");
            }

            return string.IsNullOrEmpty(settings.Password) && !environment.IsDevelopment()
                ? ValidateOptionsResult.Fail(
                    $"ConnectionStrings:Redis must hold a password outside the Development environment: {Form}.")
                : ValidateOptionsResult.Success;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            // Never the text itself: it holds a password.
            return ValidateOptionsResult.Fail(
                $"ConnectionStrings:Redis cannot be read; it looks like {Form} (no user name: ours is \"default\").");
        }
    }
}
