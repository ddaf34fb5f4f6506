using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Strava.Leaderboards.Stores;

namespace Strava.Leaderboards.Tests.Running;

public class RedisOptionsTests
{
    [TestCase("127.0.0.1:18379,password=canary", "Production")]
    [TestCase("redis-1:6379,redis-2:6379,password=canary,ssl=true", "Production")]
    [TestCase("127.0.0.1:18379", "Development")]
    public void It_is_taken(string connection, string environment) =>
        Assert.That(FaultOf(connection, environment), Is.Null);

    [TestCase("", "ConnectionStrings:Redis is missing")]
    [TestCase("  ", "ConnectionStrings:Redis is missing")]
    [TestCase("password=canary", "must name a host")]
    [TestCase("127.0.0.1:18379", "must hold a password")]
    [TestCase("127.0.0.1:18379,password=", "must hold a password")]
    [TestCase("127.0.0.1:18379,user=boards,password=canary", "cannot be read")]
    [TestCase("127.0.0.1:18379,password=canary,syncTimeout=soon", "cannot be read")]
    public void It_is_refused_with_a_sentence_that_does_not_hold_the_password(string connection, string sentence)
    {
        var fault = FaultOf(connection, "Production");
        Assert.That(fault, Does.Contain(sentence).And.Not.Contain("canary"));
    }

    private static string? FaultOf(string connection, string environment) =>
        new RedisOptionsValidator(new Named { EnvironmentName = environment })
            .Validate(name: null, new RedisOptions { ConnectionString = connection }).FailureMessage;

    private sealed class Named : IHostEnvironment
    {
        public required string EnvironmentName { get; set; }

        public string ApplicationName { get; set; } = "boards";

        public string ContentRootPath { get; set; } = "/";

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
