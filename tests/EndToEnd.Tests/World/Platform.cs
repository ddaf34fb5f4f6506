using Strava.Oracle;
using Strava.Testing;

// The oracle judges the whole world, so scenarios take turns.
[assembly: NonParallelizable]

namespace Strava.EndToEnd;

/// <summary>One stack for all scenarios: real servers, all services, the gateway.</summary>
[SetUpFixture]
public sealed class Platform
{
    private static readonly string[] Services = ["activity", "athlete", "feed", "leaderboard", "locallegend"];
    private static StackFixture? _current;

    public static StackFixture Current => _current ?? throw new InvalidOperationException("The stack is not up.");

    /// <summary>Waits for stillness and compares everything with what the streams say.</summary>
    public static Task<Comparison> AskOracleAsync(TimeSpan patience)
    {
        var targets = new Targets
        {
            Databases = Services.ToDictionary(service => service, Current.Database),
            Broker = Current.Broker,
            Redis = Current.Redis.ConnectionString,
            Gateway = Current["gateway"].Url,
            Token = athlete => Task.FromResult(Person.TokenOf(athlete.Id)),
        };
        return new Checker(targets, TimeProvider.System).CheckAsync(patience);
    }

    public static async Task StartWhatIsDownAsync()
    {
        foreach (var service in Services.Where(service => !Current[service].IsRunning))
        {
            await Current[service].StartAsync();
        }
    }

    [OneTimeSetUp]
    public static async Task StartAsync()
    {
        // The oracle is to find what a test has planted before the service does.
        _current = await StackFixture.StartAsync((service, settings) =>
        {
            if (service == "leaderboard")
            {
                settings["Reconciler__Every"] = "00:00:00";
                settings["Launch__Challenges__Compare"] = "off";
            }
        });
    }

    [OneTimeTearDown]
    public static async Task StopAsync()
    {
        if (_current is not null)
        {
            await _current.DisposeAsync();
        }
    }
}
