using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Strava.Activities.Relay;
using Strava.Activities.Sharding;
using Strava.Contracts.Messages;
using Strava.Core.Bus;
using Strava.Core.Rebuild;
using Strava.Testing;
using static Strava.Activities.Tests.ActivityFixture;

namespace Strava.Activities.Tests;

/// <summary>Best times over 5 and 10 km: told outside with every version, kept in the row, in no event.</summary>
[Category("Integration")]
public sealed class BestTimesTests
{
    /// <summary>Of 5.3 km at an even 2.2 m/s.</summary>
    private const int Seconds = 2_400;

    [Test]
    public async Task They_are_told_at_every_version_and_stand_in_no_event()
    {
        await using var published = await PublishedActivities.OpenAsync(Subscriptions.Leaderboard);
        var athlete = Athlete();
        var id = $"{Guid.CreateVersion7()}";
        var saved = await JsonAsync(athlete.PutAsJsonAsync($"/activities/{id}/recording", Recording(Seconds)), 201);
        var best = Over5Km(await JsonAsync(athlete.GetAsync($"/activities/{id}"), 200));
        Assert.That(best, Is.EqualTo(2_248_000).Within(5_000));
        var version = saved.GetProperty("version").GetInt32();
        Assert.That(await ToldAsync("ActivityCompleted"), Is.EqualTo(best));

        await JsonAsync(athlete.PatchAsJsonAsync($"/activities/{id}", new { name = "evening" }), 200);
        version++;
        Assert.That(await ToldAsync("ActivityRevised"), Is.EqualTo(best));

        await ScalarAsync(RenamedByMarten(id));
        version++;
        Assert.That(await ToldAsync("ActivityRevised"), Is.EqualTo(best), "the row was repaired from the points");
        Assert.That(await ScalarAsync($"SELECT count(*) FROM mt_events WHERE stream_id = '{id}' AND data::text LIKE '%Best5Km%'"), Is.EqualTo(0));

        async Task<long?> ToldAsync(string type) =>
            (await published.SummaryAsync(type, id, version))["best5KmMilliseconds"]?.GetValue<long>();
    }

    [Test]
    public async Task Neither_the_archive_nor_a_lost_row_takes_them_away()
    {
        await using var world = await ArchiveWorld.OpenAsync();
        var athlete = world.Athlete();
        var id = await ArchiveWorld.RecordedAsync(athlete, Seconds);
        var best = Over5Km(await JsonAsync(athlete.GetAsync($"/activities/{id}"), 200));
        Assert.That(await ToldAsync(), Is.EqualTo(best).And.Not.Null);

        await world.CommandAsync("--archive");
        Assert.That(await world.ArchivedEventsAsync(), Is.Positive);
        await JsonAsync(athlete.PatchAsJsonAsync($"/activities/{id}", new { name = "of old" }), 200);
        Assert.That(await ToldAsync(), Is.EqualTo(best));

        await LoseRowAsync();
        await world.ScalarAsync<object>(RenamedByMarten(id));
        await Eventually.GivesAsync(ToldAsync, told => told is not null);
        Assert.That(await ToldAsync(), Is.EqualTo(best), "the relay made the row anew, from the archived points");

        await LoseRowAsync();
        var rebuilds = world.Services.GetRequiredService<Rebuilds>();
        var rebuild = Guid.CreateVersion7();
        Assert.That(await rebuilds.TryBeginAsync(rebuild, refuseDifferences: false, default));
        var end = await Eventually.GivesAsync(
            async () => (await rebuilds.FindAsync(rebuild, default))!, found => found.IsOver, TimeSpan.FromSeconds(60));
        Assert.That(end.State, Is.EqualTo("done"), end.Reason);
        Assert.That(await ToldAsync(), Is.EqualTo(best), "worked out from the archived points");

        Task<int> LoseRowAsync() =>
            world.ScalarAsync<int>("DELETE FROM activity WHERE id = $1 RETURNING 1", Guid.Parse(id));

        async Task<long?> ToldAsync()
        {
            var retelling = new Retelling(world.Services.GetRequiredService<Shards>());
            var wanted = new ActivitiesWanted
            {
                RebuildId = Guid.NewGuid(),
                Queue = Subscriptions.Leaderboard,
                After = Guid.Empty,
                Tracks = false,
            };
            return (await retelling.TellAsync(wanted, default)).Activities.Single().Best5KmMilliseconds;
        }
    }

    /// <summary>What a writer of another kind appends: it knows nothing of our rows.</summary>
    private static string RenamedByMarten(string id) =>
        $$"""
        SELECT mt_quick_append_events('{{id}}', NULL, '*DEFAULT*', ARRAY[gen_random_uuid()], ARRAY['activity_renamed']::varchar[],
            ARRAY['Strava.Contracts.Events.Any, Strava.Contracts']::varchar[], ARRAY['{"Name": "by Marten"}'::jsonb],
            ARRAY[NULL]::bytea[], ARRAY[now()])
        """;

    private static long Over5Km(JsonElement details) => (long)(1_000 * details.GetProperty("bestEfforts").EnumerateArray()
        .Single(effort => effort.GetProperty("name").GetString() == "5 km").GetProperty("elapsedSeconds").GetDecimal());

    private static async Task<object?> ScalarAsync(string sql)
    {
        await using var command = Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
