using Strava.Core.Tests.Telemetry;

[assembly: NonParallelizable]

namespace Strava.Core.Tests;

[SetUpFixture]
internal sealed class World
{
    public static ObservedStack Stack { get; private set; } = null!;

    [OneTimeSetUp]
    public static async Task StartAsync() => Stack = await ObservedStack.StartAsync();

    [OneTimeTearDown]
    public static async Task StopAsync() => await Stack.DisposeAsync();
}
