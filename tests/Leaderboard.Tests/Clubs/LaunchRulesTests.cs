using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Strava.Leaderboards.Launch;
using Strava.Testing;

namespace Strava.Leaderboards.Tests.Clubs;

/// <summary>What the settings may say, at the start and while the service runs.</summary>
[Parallelizable]
public sealed class LaunchRulesTests
{
    private static readonly Guid Employee = Guid.NewGuid();

    [Test]
    public void What_is_understood_is_taken_whatever_the_case_of_its_names()
    {
        var one = LaunchFeature.Challenge(Guid.NewGuid());
        var rules = LaunchRules.Read(Settings(
            ("Launch:Cohorts:employees:0", $"{Employee}"),
            ("Launch:Cohorts:testers", $"{Guid.NewGuid()}, {Employee}"),
            ("Launch:Cohorts:nobody", ""),
            ("launch:clubs:reads", "Employees, nobody, 10%"),
            ("Launch:Clubs:Kill", null),
            ("Launch:Challenges:Writes", "off"),
            ($"Launch:Challenges:One:{one.One}:Writes", "all"),
            ($"Launch:Challenges:One:{Guid.NewGuid():N}:Kill", "true")));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rules.Faults, Is.Empty);
            Assert.That(rules.For(LaunchFeature.Clubs, LaunchPart.Reads).Percent, Is.EqualTo(10));
            Assert.That(rules.For(LaunchFeature.Clubs, LaunchPart.Writes).IsAll, "without a rule");
            Assert.That(rules.For(LaunchFeature.Challenges, LaunchPart.Writes).IsOff);
            Assert.That(rules.For(one, LaunchPart.Writes).IsAll);
            Assert.That(rules.Cohort("EMPLOYEES"), Is.EquivalentTo(new[] { Employee }));
            Assert.That(rules.Cohort("testers"), Has.Count.EqualTo(2).And.Contains(Employee));
        }
    }

    [TestCase("Launch:Clubs:Reads", "everyone, please", "one that Launch:Cohorts lists")]
    [TestCase("Launch:Clubs:Reads", "ten%", "off, all, or names of cohorts")]
    [TestCase("Launch:Clubs:Reads", "", "off, all, or names of cohorts")]
    [TestCase("Launch:Clubs:Reads", "101%", "from 0% to 100%")]
    [TestCase("Launch:Clubs:Reads", "-1%", "from 0% to 100%")]
    [TestCase("Launch:Clubs:Reads:0", "employees", "off, all, or names of cohorts")]
    [TestCase("Launch:Clubs:Writes", "10", "with a %, a percentage")]
    [TestCase("Launch:Clubs:Writes", "employes, 10%", "one that Launch:Cohorts lists")]
    [TestCase("Launch:Clubs:Kill", "treu", "true, false")]
    [TestCase("Launch:Clubs:Read", "off", "Writes, Reads, Compare, Kill.")]
    [TestCase("Launch:Clubs:One:0d1f4c52-6a0e-5f0b-8d57-2b7a4b0c9e31:Reads", "off", "Writes, Reads, Compare, Kill.")]
    [TestCase("Launch:Challenges:Compare", "some", "one that Launch:Cohorts lists")]
    [TestCase("Launch:Challenges:One:5b1c:Reads", "off", "the id of a challenge")]
    [TestCase("Launch:Challenges:One:0d1f4c526a0e5f0b8d572b7a4b0c9e31:Reads", "of", "one that Launch:Cohorts lists")]
    [TestCase("Launch:Challenge:Reads", "off", "Cohorts, File, Clubs, Challenges")]
    [TestCase("Launch:Cohorts:employees:1", "demo", "ids of athletes")]
    [TestCase("Launch:Cohorts:10%", "", "a name of letters, digits, - and _")]
    [TestCase("Launch:File", "/nowhere/launch.json", "a JSON file of launch rules")]
    public void What_is_not_understood_is_named_with_what_is_allowed(string setting, string value, string allowed)
    {
        var faults = LaunchRules.Read(Settings(("Launch:Cohorts:employees:0", $"{Employee}"), (setting, value))).Faults;
        Assert.That(faults, Has.Count.EqualTo(1).And.All.Contains(allowed));
        Assert.That(setting, Does.StartWith(faults[0].Split(' ')[0]));
    }

    [TestCase("{ \"Launch\": { \"Clubs\": { \"Reads\": \"105%\" } } }", "Launch:Clubs:Reads is \"105%\"")]
    [TestCase("{ \"Launch\": { \"Clubs\": ", "launch.json, which cannot be read (")]
    [TestCase(null, "launch.json, which is not there")]
    public void The_service_does_not_start_by_rules_that_cannot_be_understood(string? text, string sentence)
    {
        using var folder = new LaunchFolder(text);
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["Launch:File"] = folder.File;
        builder.AddLaunchSwitches();
        using var app = builder.Build();
        Assert.That(
            () => app.Services.GetRequiredService<IStartupValidator>().Validate(),
            Throws.TypeOf<OptionsValidationException>().With.Message.Contains(sentence));
    }

    [Test]
    public async Task A_change_that_cannot_be_understood_is_not_taken_but_for_its_kills()
    {
        using var folder = new LaunchFolder(Text("""  "Reads": "off" """));
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["Launch:File"] = folder.File;
        builder.AddLaunchSwitches();
        using var log = new Said();
        builder.Logging.ClearProviders().AddProvider(log);
        await using var app = builder.Build();
        var switches = app.Services.GetRequiredService<LaunchSwitches>();

        (string? Text, string Fault)[] broken =
        [
            (Text("""  "Reads": "of" """), "\"of\""),
            ("{ \"Launch\": ", "cannot be read"),
            (null, "is not there"),
            (Text("""  "Kill": false, "Read": "all" """), "Launch:Clubs:Read "),
        ];
        foreach (var (text, fault) in broken)
        {
            folder.Write(text);
            await Eventually.HoldsAsync(
                () => log.Sentences.Any(sentence => sentence.Contains(fault, StringComparison.Ordinal)));
            Assert.That(switches.RuleFor(LaunchFeature.Clubs, LaunchPart.Reads).IsOff, text);
            Assert.That(switches.IsKilled(LaunchFeature.Clubs), Is.False);
        }

        folder.Write(Text("""  "Kill": true, "Writes": "employees" """));
        await Eventually.HoldsAsync(() => switches.IsKilled(LaunchFeature.Clubs));
        folder.Write(Text("""  "Reads": "50%" """));
        await Eventually.HoldsAsync(() => switches.RuleFor(LaunchFeature.Clubs, LaunchPart.Reads).Percent == 50);
        Assert.That(switches.IsKilled(LaunchFeature.Clubs), Is.False);

        static string Text(string clubs) => $$"""{ "Launch": { "Clubs": { {{clubs}} } } }""";
    }

    private static IConfigurationRoot Settings(params (string Name, string? Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(one => KeyValuePair.Create(one.Name, one.Value))).Build();

    /// <summary>With the file of rules alone in it: the folder is what is watched.</summary>
    private sealed class LaunchFolder : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("launch");

        public LaunchFolder(string? text) => Write(text);

        public string File => Path.Combine(_folder.FullName, "launch.json");

        /// <summary>At once, as a mounted file changes: a half is never read.</summary>
        public void Write(string? text)
        {
            if (text is null)
            {
                System.IO.File.Delete(File);
                return;
            }

            System.IO.File.WriteAllText($"{File}.new", text);
            System.IO.File.Move($"{File}.new", File, overwrite: true);
        }

        public void Dispose() => _folder.Delete(recursive: true);
    }

    private sealed class Said : ILoggerProvider, ILogger
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> Sentences { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter) => Sentences.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
