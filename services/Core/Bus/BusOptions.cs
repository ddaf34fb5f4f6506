using Microsoft.Extensions.Options;

namespace Strava.Core.Bus;

internal sealed class BusOptions
{
    public const string Section = "Bus";

    /// <summary>ConnectionStrings:RabbitMq.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>How often the broker is asked who consumes our queue.</summary>
    public TimeSpan WatchInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long it may say "nobody" before the bus is started anew.</summary>
    public TimeSpan ConsumerTimeout { get; set; } = TimeSpan.FromSeconds(30);
}

internal sealed class BusOptionsValidator : IValidateOptions<BusOptions>
{
    public ValidateOptionsResult Validate(string? name, BusOptions options)
    {
        var faults = new List<string>();
        if (options.ConnectionString.Length == 0)
        {
            faults.Add(
                "ConnectionStrings:RabbitMq is missing; set ConnectionStrings__RabbitMq to amqp://user:password@host:port/.");
        }
        else if (!Uri.TryCreate(options.ConnectionString, UriKind.Absolute, out var broker)
            || broker.Scheme is not ("amqp" or "amqps"))
        {
            faults.Add("ConnectionStrings:RabbitMq must look like amqp://user:password@host:port/ (amqps: with TLS).");
        }

        if (options.WatchInterval <= TimeSpan.Zero || options.ConsumerTimeout < options.WatchInterval)
        {
            faults.Add("Bus:WatchInterval must be above 00:00:00 and not above Bus:ConsumerTimeout.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
