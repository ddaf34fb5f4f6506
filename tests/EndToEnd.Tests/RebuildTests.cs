using System.Net;
using Strava.Testing;

namespace Strava.EndToEnd;

/// <summary>
/// Every copy is rebuilt by the command while athletes go on; the oracle then judges what was swapped in.
/// </summary>
[NonParallelizable]
public sealed class RebuildTests : Scenario
{
    [Test]
    public async Task Everything_rebuilt_while_uploads_go_on_is_as_the_streams_say()
    {
        var athlete = await Person.NewAsync("rebuilt");
        var friend = await Person.NewAsync("rebuilt-friend");
        await athlete.BefriendAsync(friend);
        foreach (var visibility in new[] { "EVERYONE", "FRIENDS", "ONLY_ME", "EVERYONE", "EVERYONE" })
        {
            await UploadAsync(athlete, visibility);
        }

        var shortened = await UploadAsync(athlete, "EVERYONE");
        (await athlete.PatchAsync($"/activities/{shortened}", new { visibility = "ONLY_ME", description = "mine" })).Expect(HttpStatusCode.OK);
        (await athlete.DeleteAsync($"/activities/{await UploadAsync(athlete, "EVERYONE")}")).Expect(HttpStatusCode.NoContent);
        var open = Guid.CreateVersion7();
        var begun = Recording.HoursAgo(1);
        (await athlete.PostAsync("/activities", new { type = "RIDE", id = open, name = "open" })).Expect(HttpStatusCode.Created);
        (await athlete.PatchStateAsync(open, "STARTED", begun)).Expect(HttpStatusCode.OK);
        (await athlete.PostAsync(
            $"/activities/{open}/routes", new { sequence = 0, points = Recording.North(5, from: begun).Points })).Expect(HttpStatusCode.OK);

        using var enough = new CancellationTokenSource();
        var traffic = GoOnAsync(athlete, enough.Token);
        try
        {
            foreach (var (name, project) in Projects)
            {
                await using var command = await ServiceProcess.LaunchAsync(project, SettingsOf(name), "--rebuild", "--refuse-differences");
                Assert.That(await command.EndAsync(TimeSpan.FromSeconds(90)), Is.Zero, command.LogTail());
                await TestContext.Out.WriteLineAsync($"{name} {command.LogTail(1).Split('\n')[1]}");
            }
        }
        finally
        {
            // Whatever failed: the tests after this one need a still world.
            await enough.CancelAsync();
        }

        Assert.That(await traffic, Is.GreaterThan(0), "uploads went on");
        (await athlete.PatchStateAsync(open, "STOPPED", begun.AddMinutes(10))).Expect(HttpStatusCode.OK);
        (await athlete.PatchStateAsync(open, "COMPLETE", begun.AddMinutes(11))).Expect(HttpStatusCode.OK);
        await AssertNoDifferenceAsync();
    }

    /// <summary>Whoever may write to a queue may put any message into it, whatever the exchange is called.</summary>
    [Test]
    public async Task Questions_of_rebuilds_reach_no_other_queue()
    {
        var broker = Platform.Current.RabbitMq;
        Assume.That(broker.IsOurs, "Bindings are read with our own server's rabbitmqctl.");
        var bindings = await broker.ToolAsync(
            "-q", "list_bindings", "-p", Platform.Current.Broker.AbsolutePath.Trim('/'), "source_name", "destination_name");

        Assert.That(
            bindings.Split('\n').Where(line => line.StartsWith("Strava.Contracts.Messages:ActivitiesWanted\t", StringComparison.Ordinal)),
            Is.EqualTo(new[] { "Strava.Contracts.Messages:ActivitiesWanted\tactivity-retelling" }));
    }

    private static (string Name, string Project)[] Projects =>
    [
        ("activity", "Strava.Activities"), ("feed", "Strava.Feeds"), ("leaderboard", "Strava.Leaderboards"),
        ("locallegend", "Strava.LocalLegends"),
    ];

    private static async Task<Guid> UploadAsync(Person athlete, string visibility)
    {
        var id = Guid.CreateVersion7();
        (await athlete.UploadAsync(id, Recording.North(10, visibility: visibility))).Expect(HttpStatusCode.Created);
        return id;
    }

    /// <returns>How many came while the rebuilds ran.</returns>
    private static async Task<int> GoOnAsync(Person athlete, CancellationToken enough)
    {
        var count = 0;
        for (; !enough.IsCancellationRequested; count++)
        {
            var id = await UploadAsync(athlete, count % 3 == 0 ? "FRIENDS" : "EVERYONE");
            (await athlete.PatchAsync($"/activities/{id}", new { name = $"number {count}" })).Expect(HttpStatusCode.OK);
            if (count % 4 == 0)
            {
                (await athlete.DeleteAsync($"/activities/{id}")).Expect(HttpStatusCode.NoContent);
            }
        }

        return count;
    }

    private static Dictionary<string, string> SettingsOf(string service) => new()
    {
        ["ConnectionStrings__Postgres"] = Platform.Current.Database(service),
        ["ConnectionStrings__RabbitMq"] = Platform.Current.Broker.ToString(),
        ["ConnectionStrings__Redis"] = Platform.Current.Redis.ConnectionString,
        ["Authentication__Authority"] = Platform.Current["gateway"].Url.GetLeftPart(UriPartial.Authority),
        ["Authentication__Audience"] = "strava",
    };
}
