using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Strava.Contracts.Tracks;
using Strava.Core.Bus;
using Strava.Testing;
using static Strava.Activities.Tests.ActivityFixture;

namespace Strava.Activities.Tests;

/// <summary>Streams that somebody else has written to: a Marten beside the service, or a newer build of it.</summary>
[Category("Integration")]
public sealed class OtherWritersTests
{
    [Test]
    public async Task What_Marten_appends_shows_in_details_list_and_message()
    {
        await using var published = await PublishedActivities.OpenAsync(Subscriptions.Feed);
        var athlete = Athlete();
        var (id, version) = await SavedAsync(athlete);

        // Else both may be one message, and that one says that it is new.
        await published.SummaryAsync("ActivityCompleted", id, version);
        await AppendAsync(id, "activity_renamed", """{"Name": "by Marten"}""");

        var told = await published.SummaryAsync("ActivityRevised", id, version + 1);
        Assert.That(told["name"]!.GetValue<string>(), Is.EqualTo("by Marten"));
        var details = await JsonAsync(athlete.GetAsync($"/activities/{id}"), 200);
        Assert.That(details.GetProperty("name").GetString(), Is.EqualTo("by Marten"));
        var listed = (await JsonAsync(athlete.GetAsync("/activities"), 200))[0];
        Assert.That(listed.GetProperty("name").GetString(), Is.EqualTo("by Marten"), "the row was repaired before the message left");
        await JsonAsync(athlete.PatchAsJsonAsync($"/activities/{id}", new { name = "and back" }), 200);
        await published.SummaryAsync("ActivityRevised", id, version + 2);
    }

    [Test]
    public async Task An_open_activity_takes_Martens_state_and_goes_on()
    {
        var athlete = Athlete();
        var id = await StartedAsync(athlete);
        await JsonAsync(SendAsync(athlete, id, 0, 0, 5, 10), 200);

        await AppendAsync(id, "activity_paused", $$"""{"At": "{{At(12)}}"}""");
        await Eventually.HoldsAsync(async () =>
            (await JsonAsync(athlete.GetAsync($"/activities/{id}"), 200)).GetProperty("state").GetString() == "PAUSED");
        await Eventually.HoldsAsync(async () => await ScalarAsync(
            $"SELECT jsonb_array_length(p.state_log) || '/' || a.version FROM activity_progress p JOIN activity a ON a.id = p.activity_id WHERE a.id = '{id}'")
            is "2/4");
        await JsonAsync(ChangeAsync(athlete, id, "RESUMED", 20), 200);
        await JsonAsync(SendAsync(athlete, id, 1, 20, 25), 200);
        var saved = await JsonAsync(ChangeAsync(athlete, id, "COMPLETE", 30), 200);
        Assert.That(saved.GetProperty("activeSeconds").GetDouble(), Is.EqualTo(22));
        Assert.That(saved.GetProperty("pointCount").GetInt32(), Is.EqualTo(5));
    }

    [Test]
    public async Task Running_figures_that_an_older_build_wrote_are_taken_up()
    {
        var athlete = Athlete();
        var id = await StartedAsync(athlete);
        await JsonAsync(SendAsync(athlete, id, 0, 0, 5, 10), 200);
        var database = Services.GetRequiredService<NpgsqlDataSource>();
        var older = (byte[])(await database.CreateCommand(
            $"SELECT figures FROM activity_progress WHERE activity_id = '{id}'").ExecuteScalarAsync())!;
        var statistics = TrackStatistics.Restore(TrackStatisticsCodec.Decode(older)!);
        statistics.Add(new TrackPoint(Start.AddSeconds(15).ToUnixTimeMilliseconds(), 46_000_300, 14_500_000, 30_000), 0);

        // It leaves the compact column, which it does not know, as it was.
        await using (var write = database.CreateCommand("UPDATE activity_progress SET statistics = $1::jsonb WHERE activity_id = $2"))
        {
            write.Parameters.Add(new() { Value = JsonSerializer.Serialize(statistics.Snapshot()) });
            write.Parameters.Add(new() { Value = Guid.Parse(id) });
            await write.ExecuteNonQueryAsync();
        }

        await JsonAsync(ChangeAsync(athlete, id, "PAUSED", 16), 200);
        await JsonAsync(ChangeAsync(athlete, id, "RESUMED", 17), 200);
        var answer = await JsonAsync(SendAsync(athlete, id, 1, 20, 25), 200);
        Assert.That(answer.GetProperty("distanceMeters").GetDouble(), Is.EqualTo(3 * 11.12 + 11.12).Within(0.02));
        Assert.That(
            await ScalarAsync($"SELECT statistics IS NULL FROM activity_progress WHERE activity_id = '{id}'"), Is.True);
    }

    [Test]
    public async Task A_type_of_a_newer_build_parks_its_activity_alone_until_a_build_knows_it()
    {
        await using var published = await PublishedActivities.OpenAsync(Subscriptions.Leaderboard);
        var athlete = Athlete();
        var (id, version) = await SavedAsync(athlete);
        await published.SummaryAsync("ActivityCompleted", id, version);

        await AppendAsync(id, "activity_teleported", """{"To": "the moon"}""");
        await Eventually.HoldsAsync(async () => await ScalarAsync(
            $"SELECT string_agg(type, ' ') FROM parked_event WHERE stream_id = '{id}'") is "activity_teleported");
        await AppendAsync(id, "activity_visibility_changed", """{"Visibility": "FRIENDS"}""");

        var (other, otherVersion) = await SavedAsync(athlete);
        await published.SummaryAsync("ActivityCompleted", other, otherVersion);
        var away = await JsonAsync(athlete.GetAsync($"/activities/{id}"), 503);
        Assert.That(away.GetProperty("detail").GetString(), Does.Contain("newer version"));
        Assert.That(away.GetProperty("retryable").GetBoolean());
        await JsonAsync(athlete.GetAsync($"/activities/{id}/streams"), 503);
        await JsonAsync(athlete.PatchAsJsonAsync($"/activities/{id}", new { name = "no" }), 503);
        await JsonAsync(athlete.GetAsync("/activities"), 200);

        // As if this build now knew the type: the event becomes one that it does, and the relay begins a new term.
        await ScalarAsync(
            $$"""
            BEGIN; SET LOCAL strava.maintenance = 'on';
            UPDATE mt_events SET type = 'activity_renamed', data = '{"Name": "on the moon"}'
            WHERE stream_id = '{{id}}' AND type = 'activity_teleported';
            UPDATE parked_event SET type = 'activity_renamed' WHERE stream_id = '{{id}}';
            UPDATE lease SET epoch = epoch + 1, expires_at = '-infinity' WHERE name = 'relay';
            COMMIT
            """);
        var told = await published.SummaryAsync("ActivityCompleted", id, version + 2);
        Assert.That(told["name"]!.GetValue<string>(), Is.EqualTo("on the moon"));
        Assert.That(told["visibility"]!.GetValue<string>(), Is.EqualTo("FRIENDS"), "nothing that came meanwhile is missing");
        await Eventually.HoldsAsync(async () =>
            await ScalarAsync($"SELECT count(*) FROM parked_event WHERE stream_id = '{id}'") is 0L);
        await Eventually.HoldsAsync(async () => await ScalarAsync($"SELECT version FROM activity WHERE id = '{id}'") is long now
            && now == version + 2);
        await JsonAsync(athlete.GetAsync($"/activities/{id}"), 200);
    }

    private static async Task<(string Id, int Version)> SavedAsync(HttpClient athlete)
    {
        var id = Guid.CreateVersion7();
        // Not asked for its details: a node that has them of this version shows them for as long as the row says that
        // version.
        var saved = await JsonAsync(athlete.PutAsJsonAsync($"/activities/{id}/recording", Recording(seconds: 60)), 201);
        return ($"{id}", saved.GetProperty("version").GetInt32());
    }

    private static Task<object?> AppendAsync(string id, string type, string body) => ScalarAsync(
        $"""
        SELECT mt_quick_append_events('{id}', NULL, '*DEFAULT*', ARRAY[gen_random_uuid()], ARRAY['{type}']::varchar[],
            ARRAY['Strava.Contracts.Events.Any, Strava.Contracts']::varchar[], ARRAY['{body}'::jsonb], ARRAY[NULL]::bytea[], ARRAY[now()])
        """);

    private static async Task<object?> ScalarAsync(string sql)
    {
        await using var command = Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
