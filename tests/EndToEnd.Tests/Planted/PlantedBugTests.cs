using System.Net;
using StackExchange.Redis;
using Strava.Testing;

namespace Strava.EndToEnd.Planted;

/// <summary>
/// Does the oracle bite? Each test puts a component with a well-known bug in the place of ours, at the same real
/// servers, and
/// drives the traffic that the bug cannot stand. The oracle must report it, must report nothing for the same component
/// without that
/// traffic, and nothing for ours under the very same traffic.
/// </summary>
[NonParallelizable]
public sealed class PlantedBugTests : Scenario
{
    /// <summary>What is wrong for ever is wrong after this, too.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);

    [Test]
    public async Task Polling_by_the_highest_number_loses_what_commits_late_and_the_oracle_says_so()
    {
        var (athlete, friend) = await FriendsAsync();
        await InterleaveAsync(athlete);
        await AssertNoDifferenceAsync();

        await using (await NaiveRelay.TakeOverAsync())
        {
            await UploadAsync(athlete);
            await AssertNoDifferenceAsync();

            var lost = await InterleaveAsync(athlete);

            await AssertCaughtAsync($"{friend.Name}'s FRIENDS list lacks {lost}");
        }
    }

    [Test]
    public async Task Acknowledging_before_the_commit_loses_what_was_under_way_and_the_oracle_says_so()
    {
        var (athlete, friend) = await FriendsAsync();
        await AssertNoDifferenceAsync();

        await Platform.Current["feed"].KillAsync();
        await using (var naive = new AcknowledgesBeforeCommit())
        {
            await naive.StartAsync();
            var id = await UploadAsync(athlete);
            await Eventually.HoldsAsync(
                async () => await new Database("feed").ScalarAsync(
                    "SELECT 1 FROM activity WHERE activity_id = $1", id) is not null);
        }

        await Platform.Current["feed"].StartAsync();
        await AssertNoDifferenceAsync();

        await Platform.Current["feed"].KillAsync();
        await using (var naive = new AcknowledgesBeforeCommit())
        {
            await naive.StartAsync();
            var lost = await UploadAndDieAsync(athlete, () => naive.DieAsync());
            await Platform.Current["feed"].StartAsync();
            await AssertCaughtAsync($"{friend.Name}'s FRIENDS list lacks {lost}");
        }

        // Ours, dying at the same moment; and told everything again it also heals what the other one lost.
        await TellEverythingAgainAsync(athlete);
        await AssertNoDifferenceAsync();
        await UploadAndDieAsync(athlete, Platform.Current["feed"].KillAsync);
        await Platform.Current["feed"].StartAsync();
    }

    [Test]
    public async Task Adding_with_every_delivery_counts_twice_what_comes_twice_and_the_oracle_says_so()
    {
        var (athlete, _) = await FriendsAsync();
        await UploadAsync(athlete);
        await TellEverythingAgainAsync(athlete);
        await AssertNoDifferenceAsync();

        using var redis = await ConnectionMultiplexer.ConnectAsync(Platform.Current.Redis.ConnectionString);
        await Platform.Current["leaderboard"].StopAsync();
        await using (var naive = new IncrementsOnDelivery(redis))
        {
            await naive.StartAsync();
            await UploadAsync(athlete);
            await QueueEmptyAsync();
        }

        // The other one keeps no ledger, of which boards on demand are made: ours is told what it ate.
        await Platform.Current["leaderboard"].StartAsync();
        await TellEverythingAgainAsync(athlete);
        await AssertNoDifferenceAsync();

        await Platform.Current["leaderboard"].StopAsync();
        await using (var naive = new IncrementsOnDelivery(redis))
        {
            await naive.StartAsync();
            await TellEverythingAgainAsync(athlete);
            await QueueEmptyAsync();
        }

        await Platform.Current["leaderboard"].StartAsync();
        await AssertCaughtAsync($"The score of {athlete.Id}");

        // Ours is told everything again, too: its ledger then has what the other one ate, and its scores are absolute.
        await Platform.Current.Redis.ToolAsync("FLUSHALL");
        await TellEverythingAgainAsync(athlete);
    }

    private static async Task AssertCaughtAsync(string sentence)
    {
        var comparison = await Platform.AskOracleAsync(Patience);
        await TestContext.Out.WriteLineAsync($"Planted, and caught:\n{comparison}");
        Assert.That(comparison.Differences, Is.Positive, "The oracle does not bite.");
        Assert.That(comparison.Sentences, Has.Some.Contains(sentence));
        Assert.That(comparison.Sentences, Has.None.StartsWith("Not still").And.None.Contains("could not be finished"));
    }

    private static async Task<(Person Athlete, Person Friend)> FriendsAsync()
    {
        var athlete = await Person.NewAsync("planted");
        var friend = await Person.NewAsync("watching");
        await athlete.BefriendAsync(friend);
        await AssertNoDifferenceAsync();
        return (athlete, friend);
    }

    private static async Task<Guid> UploadAsync(Person athlete)
    {
        var id = Guid.CreateVersion7();
        (await athlete.UploadAsync(id, Recording.North(20))).Expect(HttpStatusCode.Created);
        return id;
    }

    /// <summary>
    /// One draws its numbers first and commits last; another one draws and rolls back. Answers the late one.
    /// </summary>
    private static async Task<Guid> InterleaveAsync(Person athlete)
    {
        var late = Guid.CreateVersion7();
        await using var slow = await SlowCommit.BeginAsync(athlete, late, Recording.North(20));
        await new Database("activity").ExecuteAsync("SELECT nextval('mt_events_sequence') FROM generate_series(1, 5)");
        var early = await UploadAsync(athlete);

        // Whoever reads has read past the late one's numbers by now.
        await Eventually.HoldsAsync(async () => await new Database("feed").ScalarAsync(
            "SELECT 1 FROM activity WHERE activity_id = $1", early) is not null);
        await Task.Delay(200);
        (await slow.CommitAsync()).Expect(HttpStatusCode.Created);
        return late;
    }

    /// <summary>An upload whose message is with the feed's consumer, uncommitted, when that one dies.</summary>
    private static async Task<Guid> UploadAndDieAsync(Person athlete, Func<Task> dieAsync)
    {
        var feed = new Database("feed");
        await using var holder = await feed.OpenAsync();
        await Database.ExecuteAsync(holder, "BEGIN");
        await Database.ExecuteAsync(holder, "LOCK TABLE activity IN SHARE ROW EXCLUSIVE MODE");
        var id = await UploadAsync(athlete);
        await feed.BlockedAsync();
        await dieAsync();
        await feed.EndBlockedAsync();
        await Database.ExecuteAsync(holder, "ROLLBACK");
        return id;
    }

    /// <summary>
    /// Sets the relay back to the beginning, as at-least-once allows; its next event makes it notice.
    /// </summary>
    private static async Task TellEverythingAgainAsync(Person athlete)
    {
        var activity = new Database("activity");
        await activity.ExecuteAsync("UPDATE mt_event_progression SET last_seq_id = 0 WHERE name = 'relay:All'");
        await UploadAsync(athlete);
        await Eventually.HoldsAsync(async () => await activity.ScalarAsync(
            """
            SELECT 1 FROM mt_event_progression
            WHERE name = 'relay:All' AND last_seq_id = (SELECT max(seq_id) FROM mt_events)
            """) is not null);
    }

    private static async Task QueueEmptyAsync()
    {
        var factory = new RabbitMQ.Client.ConnectionFactory { Uri = Platform.Current.Broker };
        await using var connection = await factory.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await Eventually.HoldsAsync(
            async () => await channel.MessageCountAsync("leaderboard") == 0,
            TimeSpan.FromSeconds(60));

        // The last one is out of the queue before it is dealt with.
        await Task.Delay(500);
    }
}
