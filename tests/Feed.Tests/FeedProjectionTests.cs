using FsCheck;
using FsCheck.Fluent;
using Npgsql;
using Strava.Contracts;
using Strava.Contracts.Messages;
using Strava.Core.Postgres;
using Strava.Core.Rebuild;
using Strava.Feeds.Projection;
using Strava.Testing;

namespace Strava.Feeds.Tests;

/// <summary>Whatever the bus does to the order and number of messages, the tables end the same.</summary>
[TestFixture]
[Category("Integration")]
internal sealed class FeedProjectionTests
{
    private static readonly Guid[] Athletes = [.. Enumerable.Range(1, 4).Select(Id)];
    private static readonly Guid[] Activities = [.. Enumerable.Range(101, 5).Select(Id)];

    [Test]
    public async Task Any_order_and_repetition_of_a_history_gives_the_same_tables()
    {
        var connectionString = await (await TestServers.PostgresAsync()).CreateDatabaseAsync("feed_any_order");
        await using var database = PostgresExtensions.CreateDataSource(connectionString);
        await Migrator.RunAsync(database, [typeof(Migrator).Assembly, typeof(Program).Assembly]);

        // FsCheck runs its property on a thread of its own; blocking it blocks nobody else.
        var seeds = Arb.From(Gen.Choose(1, int.MaxValue));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60), Prop.ForAll(Arb.From(Histories), seeds, (steps, seed) =>
        {
            var history = Publish(steps);
            var inOrder = PlayAsync(database, history, parallel: 1).GetAwaiter().GetResult();
            var random = new Random(seed);
            var shuffled = history.Concat(history.Where(_ => random.Next(3) == 0)).ToArray();
            random.Shuffle(shuffled);
            var afterwards = PlayAsync(database, shuffled, parallel: 4).GetAwaiter().GetResult();
            return afterwards == inOrder;
        }));
    }

    [Test]
    public async Task A_deletion_that_comes_first_hides_the_activity_for_good()
    {
        var (viewer, athlete) = (Guid.NewGuid(), Guid.NewGuid());
        var activity = History.Activity(athlete, version: 5);
        await FeedFixture.ApplyAllAsync(History.Friends(viewer, athlete), History.Deleted(activity, 6), activity);
        Assert.That(await FeedFixture.SeenByAsync(viewer), Is.Empty);
    }

    [Test]
    public async Task A_tombstone_keeps_no_figures()
    {
        var activity = History.Activity(Guid.NewGuid());
        await FeedFixture.ApplyAllAsync(activity, History.Deleted(activity, 6));
        await using var command = FeedFixture.Database.CreateCommand(
            """
            SELECT num_nonnulls(name, started_at, distance_millimeters, visibility)
            FROM activity WHERE activity_id = $1 AND deleted
            """);
        command.Parameters.Add(new() { Value = activity.ActivityId });
        Assert.That(await command.ExecuteScalarAsync(), Is.Zero);
    }

    private static Gen<List<(int Kind, int Which, int Value)>> Histories =>
        (from kind in Gen.Choose(0, 3)
         from which in Gen.Choose(0, 9)
         from value in Gen.Choose(0, 5)
         select (kind, which, value)).ListOf().Select(steps => steps.ToList());

    private static Guid Id(int number) => new(number, 0, 0, new byte[8]);

    /// <summary>
    /// What the owners would publish, each key with versions that grow by one; a deletion is an activity's last word.
    /// </summary>
    private static List<object> Publish(List<(int Kind, int Which, int Value)> steps)
    {
        var versions = new Dictionary<string, long>();
        var deleted = new HashSet<Guid>();
        var history = new List<object>();
        long Next(object key) => versions[$"{key}"] = versions.GetValueOrDefault($"{key}") + 1;
        foreach (var (kind, which, value) in steps)
        {
            var athlete = Athletes[which % Athletes.Length];
            var id = Activities[which % Activities.Length];
            var owner = Athletes[which % Activities.Length % Athletes.Length];
            var other = Athletes[(which + 1) % Athletes.Length];
            switch (kind)
            {
                case 0 when !deleted.Contains(id):
                    var (visibility, startedAt) = ((Visibility)((value % 3) + 1), History.Morning.AddHours(value));
                    history.Add(History.Activity(owner, Next(id), id, visibility, startedAt));
                    break;
                case 1 when versions.ContainsKey($"{id}") && value == 0 && deleted.Add(id):
                    history.Add(History.Deleted(History.Activity(owner, 0, id), Next(id)));
                    break;
                case 2:
                    history.Add(History.Profile(athlete, $"name {value}", Next(athlete)));
                    break;
                case 3:
                    history.Add(History.Friends(athlete, other, Next($"{which % Athletes.Length}"), value % 2 == 0));
                    break;
            }
        }

        return history;
    }

    private static async Task<string> PlayAsync(NpgsqlDataSource database, IReadOnlyList<object> messages, int parallel)
    {
        await database.CreateCommand("TRUNCATE activity, athlete, friendship").ExecuteNonQueryAsync();
        var projection = new FeedProjection(database, new RebuildableTables(database));
        await Parallel.ForEachAsync(
            messages,
            new ParallelOptions { MaxDegreeOfParallelism = parallel },
            async (message, cancellationToken) => await (message switch
            {
                ActivitySummary activity => projection.ApplyAsync(activity, cancellationToken),
                ActivityDeleted deletion => projection.ApplyAsync(deletion, cancellationToken),
                AthleteProfileChanged profile => projection.ApplyAsync(profile, cancellationToken),
                FriendshipChanged friendship => projection.ApplyAsync(friendship, cancellationToken),
                _ => throw new ArgumentOutOfRangeException(nameof(messages)),
            }));
        await using var dump = database.CreateCommand(
            """
            SELECT coalesce(string_agg(line, E'\n' ORDER BY line), '') FROM (
                SELECT activity::text FROM activity UNION ALL SELECT athlete::text FROM athlete
                UNION ALL SELECT friendship::text FROM friendship) rows (line)
            """);
        return (string)(await dump.ExecuteScalarAsync())!;
    }
}
