using Strava.Testing;

namespace Strava.Core.Tests.Running;

[TestFixture]
[Category("Integration")]
internal sealed class StartTests
{
    [Test]
    public void Every_wrong_setting_is_named_in_one_go_and_the_process_ends()
    {
        var settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__RabbitMq"] = "http://nowhere",
            ["Authentication__Authority"] = "login",
            ["Telemetry__Endpoint"] = "collector",
            ["Telemetry__SampleRatio"] = "2",
            ["Shutdown__DrainDelay"] = "-00:00:01",
            ["Management__Port"] = "70000",
            ["Bus__WatchInterval"] = "00:00:00",
            ["Bus__ConsumerTimeout"] = "canary-secret",
        };

        var fault = Assert.ThrowsAsync<InvalidOperationException>(() => ServiceProcess.StartAsync("Strava.Feeds", settings));

        Assert.That(fault.Message, Does.Contain("while starting"));
        string[] sentences =
        [
            "ConnectionStrings:Postgres is missing", "ConnectionStrings:RabbitMq must look like",
            "Authentication:Authority must be", "Authentication:Audience must name", "Telemetry:Endpoint",
            "Telemetry:SampleRatio must be", "Shutdown:DrainDelay must be", "Management:Port must be", "Bus:WatchInterval must be",
            "Bus:ConsumerTimeout must be a time such as 00:00:30",
        ];
        foreach (var sentence in sentences)
        {
            Assert.That(fault.Message, Does.Contain(sentence));
        }

        Assert.That(fault.Message, Does.Not.Contain("canary-secret"));
    }

    [TestCase(
        "Strava.Activities", "Live:FoldAfter=00:00:00", "Live:DaysAhead=99", "Live:Interval=often",
        "Archive:WarmAfterDays=0",
        "Archive:ReadTimeout=00:01:00", "Archive:BatchActivities=many")]
    [TestCase("Strava.Leaderboards", "Reconciler:Every=-00:00:01", "ConnectionStrings:Redis=")]
    [TestCase("Strava.Leaderboards", "Reconciler:Every=often", "ConnectionStrings:Redis=a=b,c")]
    [TestCase("Strava.LocalLegends", "Shutdown:DrainDelay=soon", "Telemetry:SampleRatio=half", "Management:Port=http")]
    [TestCase("Strava.Athletes", "Shutdown:Timeout=-1", "ApiDocs:Enabled=perhaps")]
    public void Each_services_own_settings_are_among_them(string project, params string[] wrong)
    {
        var settings = wrong.Select(one => one.Split('=', 2))
            .ToDictionary(one => one[0].Replace(":", "__", StringComparison.Ordinal), one => one[1]);

        var fault = Assert.ThrowsAsync<InvalidOperationException>(() => ServiceProcess.StartAsync(project, settings));

        foreach (var setting in wrong.Select(one => one.Split('=')[0]).Append("ConnectionStrings:Postgres"))
        {
            Assert.That(fault.Message, Does.Match($"(?m)^  - {setting} (must|is missing|cannot be read)"));
        }
    }

    [Test]
    public void A_connection_string_that_cannot_be_read_is_refused_without_telling_it()
    {
        var settings = new Dictionary<string, string> { ["ConnectionStrings__Postgres"] = "Host=a;Nonsense=canary-secret;Port=x" };

        var fault = Assert.ThrowsAsync<InvalidOperationException>(() => ServiceProcess.MigrateAsync("Strava.Feeds", settings));

        Assert.That(fault.Message, Does.Contain("ConnectionStrings:Postgres cannot be read"));
        Assert.That(fault.Message, Does.Not.Contain("canary-secret"));
    }
}
