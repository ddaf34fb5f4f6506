using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Strava.Activities.Activities;
using Strava.Activities.Imports;
using Strava.Activities.Live;
using Strava.Activities.Sharding;
using Strava.Contracts.Events;
using Strava.Contracts.Rest;
using Strava.Contracts.Tracks;
using static Strava.Activities.Tests.ActivityFixture;

namespace Strava.Activities.Tests;

/// <summary>The most points that one activity may have. Nobody waits for a million: the row says that they came.</summary>
[Category("Integration")]
public sealed class TooManyPointsTests
{
    private static Shard Shard => Services.GetRequiredService<Shards>().Home;

    [Test]
    public async Task A_chunk_beyond_the_limit_is_refused_and_all_before_it_is_saved()
    {
        var athlete = Athlete();
        var id = await StartedAsync(athlete);
        await SetAsync(id, RequestRules.MaxPoints - 3);
        await JsonAsync(SendAsync(athlete, id, 0, 0, 5), 200);
        var stored = await StoredAsync(id);

        // By the way of one round trip, and by the long way: this node has forgotten the activity.
        foreach (var _ in new[] { "known", "forgotten" })
        {
            var problem = await JsonAsync(SendAsync(athlete, id, 1, 10, 15), 422);
            Assert.That(problem.GetProperty("code").GetString(), Is.EqualTo("activity/too-many-points"));
            Assert.That(problem.GetProperty("retryable").GetBoolean(), Is.False);
            Assert.That(
                problem.GetProperty("detail").GetString(),
                Does.Contain("1,000,000 points").And.Contain("999,999").And.Contain("save it and begin another"));
            Assert.That(await StoredAsync(id), Is.EqualTo(stored));
        }

        await JsonAsync(SendAsync(athlete, id, 1, 10), 200);
        await JsonAsync(SendAsync(athlete, id, 2, 15), 422);
        await JsonAsync(SendAsync(athlete, id, 1, 10), 200);
        var saved = await JsonAsync(ChangeAsync(athlete, id, "COMPLETE", 20), 200);
        Assert.That(saved.GetProperty("pointCount").GetInt32(), Is.EqualTo(3));
    }

    [Test]
    public async Task Repeats_and_points_out_of_order_count_too()
    {
        var athlete = Athlete();
        var id = await StartedAsync(athlete);
        await JsonAsync(SendAsync(athlete, id, 1, 20, 20, 20, 20), 200);
        await JsonAsync(SendAsync(athlete, id, 0, 0, 5), 200);
        Assert.That(await SentAsync(id), Is.EqualTo("6"));

        await SetAsync(id, RequestRules.MaxPoints - 1);
        await ForgetAsync(athlete, id);
        await JsonAsync(SendAsync(athlete, id, 3, 8, 9), 422);
        await JsonAsync(SendAsync(athlete, id, 3, 8), 200);
    }

    [Test]
    public async Task Where_the_number_is_not_known_it_is_counted_once()
    {
        var athlete = Athlete();
        var id = await StartedAsync(athlete);
        await JsonAsync(SendAsync(athlete, id, 1, 20, 25), 200);
        await JsonAsync(SendAsync(athlete, id, 0, 0, 5, 10), 200);
        await SetAsync(id, null);
        await JsonAsync(SendAsync(athlete, id, 2, 30), 200);
        Assert.That(await SentAsync(id), Is.EqualTo("6"));

        // A stream of a million by what its event says of itself.
        await using (var session = await Shard.Store.OpenSessionAsync(default))
        {
            var locked = await Shard.Store.LockAsync(session, Guid.Parse(id), [], default);
            var points = PointCodec.Encode([new TrackPoint(Start.AddSeconds(40).ToUnixTimeMilliseconds(), 1, 1)]);
            var many = new RouteRecorded(9, RequestRules.MaxPoints - 6, Convert.ToBase64String(points));
            ActivityStore.Append(session, locked!, [many], null);
            await Shard.Store.SaveAsync(session, default);
        }

        await SetAsync(id, null);
        await JsonAsync(SendAsync(athlete, id, 3, 50), 422);
        await JsonAsync(ChangeAsync(athlete, id, "COMPLETE", 60), 200);
    }

    [Test]
    public async Task Live_posts_count_once_they_are_folded()
    {
        var athlete = Athlete();
        var id = Guid.Parse(await StartedAsync(athlete));
        var owner = (await Shard.Store.FindAsync(id, default))!.AthleteId;
        await SetAsync($"{id}", RequestRules.MaxPoints - 1);
        Assert.That(await PostAsync(0), Is.EqualTo(LivePost.Stored));
        await JsonAsync(SendAsync(athlete, $"{id}", 1, 10), 422);
        await Shard.Live.FoldAsync(id, default);

        Assert.That(await SentAsync($"{id}"), Is.EqualTo($"{RequestRules.MaxPoints}"));
        Assert.That(await PostAsync(1), Is.EqualTo(LivePost.TooMany));
        Assert.That(await PostAsync(0), Is.EqualTo(LivePost.Repeated));
        await JsonAsync(ChangeAsync(athlete, $"{id}", "COMPLETE", 60), 200);

        Task<LivePost> PostAsync(int sequence)
        {
            var point = new TrackPoint(Start.AddSeconds(sequence).ToUnixTimeMilliseconds(), 1, 1);
            return Shard.Live.AddAsync(id, owner, new TrackChunk(sequence, [point]), default);
        }
    }

    [TestCase(RequestRules.MaxPoints, false)]
    [TestCase(RequestRules.MaxPoints + 1, true)]
    public void A_file_has_no_more_either(int points, bool isRefused)
    {
        var file = new StringBuilder("<gpx><trk><trkseg>", (points * 24) + 100);
        for (var i = 0; i < points; i++)
        {
            file.Append(CultureInfo.InvariantCulture, $"<trkpt lat=\"1\" lon=\"2\"/>");
        }

        file.Append("</trkseg></trk></gpx>");
        using var stream = new MemoryStream(Encoding.ASCII.GetBytes(file.ToString()));

        if (isRefused)
        {
            var failure = Assert.Throws<ImportFailureException>(() => GpxReader.Read(stream))!;
            Assert.That((failure.Code, failure.Message), Is.EqualTo(
                ("activity/too-many-points", "The file has more than 1,000,000 points: split it into its activities.")));
        }
        else
        {
            Assert.That(GpxReader.Read(stream).Segments.Single().Points, Has.Count.EqualTo(points));
        }
    }

    private static Task<string> SetAsync(string id, int? sent) => AskAsync(
        $"UPDATE activity_progress SET points_sent = {sent?.ToString(CultureInfo.InvariantCulture) ?? "NULL"} "
        + $"WHERE activity_id = '{id}'");

    private static Task<string> SentAsync(string id) =>
        AskAsync($"SELECT points_sent FROM activity_progress WHERE activity_id = '{id}'");

    /// <summary>What the node remembers of it is of another version then.</summary>
    private static Task<JsonElement> ForgetAsync(HttpClient athlete, string id) =>
        JsonAsync(athlete.PatchAsync(
            new Uri($"/activities/{id}", UriKind.Relative),
            new StringContent($$"""{"name":"{{Guid.NewGuid()}}"}""", Encoding.UTF8, "application/json")), 200);

    private static Task<string> StoredAsync(string id) => AskAsync(
        $"""
         SELECT concat_ws('/', (SELECT count(*) FROM mt_events WHERE stream_id = '{id}'),
             (SELECT version FROM mt_streams WHERE id = '{id}'), (SELECT version FROM activity WHERE id = '{id}'),
             (SELECT count(*) FROM route_chunk WHERE activity_id = '{id}'),
             (SELECT concat(points_sent, md5(figures)) FROM activity_progress WHERE activity_id = '{id}'))
         """);

    private static async Task<string> AskAsync(string sql)
    {
        await using var command = Shard.Database.CreateCommand(sql);
        return $"{await command.ExecuteScalarAsync()}";
    }
}
