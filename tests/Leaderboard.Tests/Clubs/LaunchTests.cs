using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using Strava.Contracts.Rest;
using Strava.Leaderboards.Launch;
using Strava.Leaderboards.Tests.Running;
using Strava.Testing;

namespace Strava.Leaderboards.Tests.Clubs;

/// <summary>A whole dark launch by the file of switches, without a restart.</summary>
[Category("Integration")]
[Parallelizable]
public class LaunchTests
{
    private static readonly LaunchFeature Clubs = LaunchFeature.Clubs;

    [Test]
    public async Task From_off_by_writes_a_cohort_and_ten_percent_to_all_and_killed()
    {
        // In a folder of its own: the folder is what is watched.
        var folder = Directory.CreateTempSubdirectory("launch");
        var file = Path.Combine(folder.FullName, "launch.json");
        await SwitchAsync(file, "off", "off");
        await using var world = await World.CreateAsync();
        using var watch = new Differences();
        await using var host = await HostAsync(world, file);
        var (employee, other) = (Guid.NewGuid(), Guid.NewGuid());
        using var client = host.ClientOf(other);
        using var employees = host.ClientOf(employee);
        var club = await MakeAsync(client);
        foreach (var one in (HttpClient[])[client, employees])
        {
            using var joined = await one.PutAsync(Relative($"/clubs/{club}/members/me"), null);
            Assert.That(joined.StatusCode, Is.EqualTo(HttpStatusCode.NoContent), "clubs are there without boards");
        }

        await host.PublishAsync(Messages.Activity(employee, 1_000), Messages.Activity(other, 2_000));

        // Off: nothing in Redis, for nobody, and no marks pile up.
        await Eventually.HoldsAsync(
            async () => await world.CountAsync("ledger") == 2 && await world.CountAsync("club_dirty") == 0);
        Assert.That(await world.KeysAsync("leaderboard:club:*"), Is.Empty);
        Assert.That(await StatusesAsync(), Is.EqualTo((HttpStatusCode.NotFound, HttpStatusCode.NotFound)));

        // Writes for a cohort: theirs alone; and nobody reads yet.
        await SwitchAsync(file, "employees", "off", employee);
        await Eventually.HoldsAsync(async () => await OnBoardAsync() == "1000");
        Assert.That(await StatusesAsync(), Is.EqualTo((HttpStatusCode.NotFound, HttpStatusCode.NotFound)));

        // Writes for all: what was thrown away meanwhile is there.
        await SwitchAsync(file, "all", "off", employee);
        await Eventually.HoldsAsync(async () => await OnBoardAsync() == "1000 2000");
        Assert.That(await StatusesAsync(), Is.EqualTo((HttpStatusCode.NotFound, HttpStatusCode.NotFound)));

        // Reads for the cohort.
        await SwitchAsync(file, "all", "employees", employee);
        await Eventually.HoldsAsync(async () => await StatusesAsync() == (HttpStatusCode.OK, HttpStatusCode.NotFound));

        // Ten percent beside it, and the same ones at half.
        await SwitchAsync(file, "all", "employees, 10%", employee);
        var switches = host.Services.GetRequiredService<LaunchSwitches>();
        var athletes = Enumerable.Range(0, 1_000).Select(i => new Guid(i, 7, 7, [1, 2, 3, 4, 5, 6, 7, 8])).ToArray();
        await Eventually.HoldsAsync(async () => (await ReadersAsync()).Count is > 50 and < 160);
        var tenth = await ReadersAsync();
        await StatusOfAsync(tenth.First(), HttpStatusCode.OK);
        await StatusOfAsync(athletes.First(athlete => !tenth.Contains(athlete)), HttpStatusCode.NotFound);
        await SwitchAsync(file, "all", "50%", employee);
        await Eventually.HoldsAsync(async () => (await ReadersAsync()).Count > 400);
        Assert.That(tenth.IsSubsetOf(await ReadersAsync()));

        // All; and what is shown was compared all the while.
        await SwitchAsync(file, "all", "all", employee);
        await Eventually.HoldsAsync(async () => await StatusesAsync() == (HttpStatusCode.OK, HttpStatusCode.OK));
        await Eventually.HoldsAsync(() => watch.Compared >= 4);
        Assert.That(watch.Found, Is.Zero);
        var longest = (await world.KeysAsync("leaderboard:club:{*}:longest")).Single();
        await world.Eyes.SortedSetAddAsync(longest, Member(1), 7);
        await Eventually.HoldsAsync(() => watch.Found >= 1);
        await Eventually.HoldsAsync(async () => await OnBoardAsync("longest") == "1000 2000");

        // Killed: no reads, and Redis is left alone.
        await SwitchAsync(file, "all", "all", employee, kill: true);
        await Eventually.HoldsAsync(async () =>
            await StatusesAsync() == (HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable));
        await Eventually.HoldsAsync(async () =>
            await world.CountAsync("club_store WHERE filled_by = 'off'") == 1);
        await host.PublishAsync(Messages.Activity(other, 500));
        await Eventually.HoldsAsync(
            async () => await world.CountAsync("ledger") == 3 && await world.CountAsync("club_dirty") == 0);
        Assert.That(await OnBoardAsync(), Is.EqualTo("1000 2000"));

        // And back.
        await SwitchAsync(file, "all", "all", employee);
        await Eventually.HoldsAsync(async () => await OnBoardAsync() == "1000 2500");
        await Eventually.HoldsAsync(async () => await StatusesAsync() == (HttpStatusCode.OK, HttpStatusCode.OK));
        folder.Delete(recursive: true);

        async Task<(HttpStatusCode Employee, HttpStatusCode Other)> StatusesAsync() =>
            (await StatusAsync(employees), await StatusAsync(client));

        async Task<HttpStatusCode> StatusAsync(HttpClient one)
        {
            using var answer = await one.GetAsync(Relative($"/clubs/{club}/leaderboard"));
            return answer.StatusCode;
        }

        async Task StatusOfAsync(Guid athlete, HttpStatusCode status)
        {
            using var one = host.ClientOf(athlete);
            Assert.That(await StatusAsync(one), Is.EqualTo(status));
        }

        async Task<HashSet<Guid>> ReadersAsync()
        {
            var readers = new HashSet<Guid>();
            foreach (var athlete in athletes)
            {
                if (await switches.IsOnAsync(Clubs, LaunchPart.Reads, athlete))
                {
                    readers.Add(athlete);
                }
            }

            return readers;
        }

        // The distances on this week's board in metres, ascending.
        async Task<string> OnBoardAsync(string column = "distance")
        {
            var keys = await world.KeysAsync($"leaderboard:club:{{*}}:{column}");
            var scores = new List<long>();
            foreach (var key in keys)
            {
                var entries = await world.Eyes.SortedSetRangeByRankWithScoresAsync(key, order: Order.Descending);
                scores.AddRange(entries.Select(entry => (long)entry.Score / 100));
            }

            return string.Join(' ', scores.Order());
        }

        byte[] Member(long number) => [.. BitConverter.GetBytes(number).Reverse()];
    }

    [Test]
    public async Task One_by_one_and_a_kill_goes_above_all()
    {
        await using var world = await ClubWorld.CreateAsync();
        var (one, two) = (LaunchFeature.Challenge(Guid.NewGuid()), LaunchFeature.Challenge(Guid.NewGuid()));
        var athlete = Guid.NewGuid();
        Assert.That(await IsOnAsync(one), Is.True, "without a rule: all");
        world.Set("Launch:Challenges:Reads", "off");
        Assert.That(await IsOnAsync(one), Is.False);
        world.Set($"Launch:Challenges:One:{one.One}:Reads", "all");
        Assert.That((await IsOnAsync(one), await IsOnAsync(two)), Is.EqualTo((true, false)));
        world.Set("Launch:Cohorts:testers", $"{Guid.NewGuid()}");
        world.Set($"Launch:Challenges:One:{one.One}:Reads", "testers");
        Assert.That(await IsOnAsync(one), Is.False);
        var before = world.Switches.FingerprintOf(one, LaunchPart.Reads);
        world.Set("Launch:Cohorts:testers", $"{Guid.NewGuid()}, {athlete}");
        Assert.That(await IsOnAsync(one), Is.True);
        var after = world.Switches.FingerprintOf(one, LaunchPart.Reads);
        Assert.That(after, Is.Not.EqualTo(before), "it is for others than before");
        world.Set($"Launch:Challenges:One:{one.One}:Kill", "true");
        Assert.That(await IsOnAsync(one), Is.False);
        world.Set($"Launch:Challenges:One:{one.One}:Kill", "false");
        world.Set("Launch:Challenges:Kill", "oops");
        Assert.That(await IsOnAsync(one), Is.False, "killed where nobody knows");
        world.Set("Launch:Challenges:Kill", null);
        world.Set($"Launch:Challenges:One:{one.One}:Reads", "everyone, please");
        Assert.That(await IsOnAsync(one), Is.True, "as before");

        ValueTask<bool> IsOnAsync(LaunchFeature feature) =>
            world.Switches.IsOnAsync(feature, LaunchPart.Reads, athlete);
    }

    private static async Task<ServiceHost<Program>> HostAsync(World world, string file) => new(
        world.PostgresConnection,
        await (await TestServers.RabbitMqAsync()).CreateVirtualHostAsync("launch"),
        new Dictionary<string, string>
        {
            ["ConnectionStrings:Redis"] = world.RedisConnection,
            ["Logging:LogLevel:Default"] = "Error",
            ["Launch:File"] = file,
        });

    private static Task SwitchAsync(string file, string writes, string reads, Guid? employee = null, bool kill = false)
    {
        // At once, as a mounted file changes: a half is never read.
        var text = JsonSerializer.Serialize(new
        {
            Launch = new
            {
                Cohorts = new { employees = employee is null ? [] : new[] { employee } },
                Clubs = new { Writes = writes, Reads = reads, Kill = kill },
            },
        });
        File.WriteAllText($"{file}.new", text);
        File.Move($"{file}.new", file, overwrite: true);
        return Task.CompletedTask;
    }

    private static async Task<Guid> MakeAsync(HttpClient client)
    {
        using var answer = await client.PostAsJsonAsync(Relative("/clubs"), new { name = "Club", sport = "RUN" });
        return (await answer.Content.ReadFromJsonAsync<Club>())!.Id;
    }

    private static Uri Relative(string path) => new(path, UriKind.Relative);

    /// <summary>
    /// What the comparison counts, of all worlds: no other test hosts the comparer and spoils its boards.
    /// </summary>
    private sealed class Differences : IDisposable
    {
        private readonly MeterListener _listener = new();
        private long _compared;
        private long _found;

        public Differences()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name is "strava.club.compared" or "strava.club.differences")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
                Interlocked.Add(ref instrument.Name == "strava.club.compared" ? ref _compared : ref _found, value));
            _listener.Start();
        }

        public long Compared => Interlocked.Read(ref _compared);

        public long Found => Interlocked.Read(ref _found);

        public void Dispose() => _listener.Dispose();
    }
}
