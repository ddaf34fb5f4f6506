namespace Strava.Testing.Tests;

/// <summary>After the last of all fixtures, which share the servers.</summary>
[SetUpFixture]
internal sealed class EndOfServers
{
    [OneTimeTearDown]
    public static async Task Nothing_is_left_behind()
    {
        await TestServers.StopAsync();
        Assert.That(Directory.GetDirectories(Path.GetTempPath(), $"strava-test-{Environment.ProcessId}-*"), Is.Empty);
    }
}
