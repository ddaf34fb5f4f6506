namespace Strava.Gateway.Tests.Limits;

/// <summary>A wrong setting stops the start with a sentence that names it.</summary>
internal sealed class OptionFaultTests
{
    [TestCase("RateLimits:Athlete:Burst", "0", "RateLimits:Athlete:Burst must be a whole number from 1")]
    [TestCase("RateLimits:Uploads:PerSecond", "-1", "RateLimits:Uploads:PerSecond must be a whole number from 1")]
    [TestCase("Limits:MaxHeaderBytes", "10", "Limits:MaxHeaderBytes must be from 1024")]
    [TestCase("Limits:RequestTimeout", "00:00:00", "Limits:RequestTimeout must be from one second")]
    [TestCase("Limits:SlowGrace", "00:00:01", "Limits:SlowGrace must be more than one second")]
    [TestCase("Limits:MaxBodyBytes", "lots", "Limits:MaxBodyBytes must be a whole number")]
    [TestCase("RateLimits:Enabled", "yes", "RateLimits:Enabled must be true or false")]
    [TestCase("RateLimits:Athlete:Burst", "many", "RateLimits:Athlete:Burst must be a whole number")]
    [TestCase("ApiDocs:Enabled", "perhaps", "ApiDocs:Enabled must be true or false")]
    [TestCase("TrustedProxies:Addresses:0", "proxy.local", "neither an address nor a network")]
    [TestCase("TrustedProxies:Addresses:0", "0.0.0.0/0", "everybody could then pretend")]
    [TestCase("FORWARDEDHEADERS_ENABLED", "true", "believes every caller's X-Forwarded headers")]
    [TestCase("AllowedHosts", "api.example.org;https://example.org", "AllowedHosts holds 'https://example.org'")]
    [TestCase("AllowedHosts", "api.*", "AllowedHosts holds 'api.*'")]
    [TestCase("Cors:Origins:0", "*", "Cors:Origins holds '*'")]
    [TestCase("Cors:Origins:0", "https://app.example.org/", "Cors:Origins holds 'https://app.example.org/'")]
    public void It_is_told_at_the_start(string name, string value, string sentence)
    {
        var settings = World.Settings();
        settings[name] = value;
        using var gateway = new RunningGateway(settings);

        Assert.That(gateway.Start, Throws.Exception.With.Message.Contains(sentence));
    }

    [Test]
    public void All_of_them_are_told_at_once()
    {
        var settings = World.Settings();
        settings["Limits:MaxHeaderBytes"] = "10";
        settings["Limits:RequestTimeout"] = "a minute";
        settings["RateLimits:Athlete:Burst"] = "0";
        settings["TrustedProxies:Addresses:0"] = "proxy.local";
        settings["Cors:Origins:0"] = "*";
        settings["Shutdown:DrainDelay"] = "soon";
        using var gateway = new RunningGateway(settings);

        var fault = Assert.Catch(() => gateway.Start());

        string[] named =
        [
            "Limits:MaxHeaderBytes", "Limits:RequestTimeout", "RateLimits:Athlete:Burst", "TrustedProxies:Addresses",
            "Cors:Origins", "Shutdown:DrainDelay must be a time such as",
        ];
        foreach (var setting in named)
        {
            Assert.That(fault.Message, Does.Contain($"\n  - {setting}"));
        }
    }

    [Test]
    public void Outside_Development_the_rates_cannot_be_switched_off_in_passing()
    {
        using var gateway = InProduction(("RateLimits:Enabled", "false"));

        Assert.That(
            gateway.Start,
            Throws.Exception.With.Message.Contains("RateLimits:Enabled is false, but the environment is Production"));
    }

    [Test]
    public async Task Unless_somebody_says_so_twice()
    {
        await using var gateway = InProduction(("RateLimits:Enabled", "false"), ("RateLimits:AllowDisabled", "true"));
        using var http = gateway.Start();

        Assert.That(await http.GetStringAsync("/health/live"), Does.Contain("live"));
    }

    private static RunningGateway InProduction(params (string Name, string Value)[] changes)
    {
        var settings = changes.ToDictionary(change => change.Name, change => change.Value);
        settings["Authentication:Authority"] = "https://issuer.test";
        return new RunningGateway(settings) { Environment = "Production" };
    }
}
