using System.Net;
using StackExchange.Redis;

namespace Strava.EndToEnd.Planted;

/// <summary>
/// One value changed behind everyone's back: the oracle must name it, and nothing once it is changed back.
/// </summary>
public sealed class TamperedTests : Scenario
{
    [TestCase(
        "activity",
        "UPDATE activity SET moving_ms = moving_ms {0} 1 WHERE id = $1",
        "moving_ms of the summary row")]
    [TestCase("activity", "UPDATE mt_streams SET version = version {0} 1 WHERE id = $1", "mt_streams.version of")]
    [TestCase(
        "activity",
        """
        UPDATE mt_events
        SET data = jsonb_set(data, '{{DistanceMillimeters}}', to_jsonb((data->>'DistanceMillimeters')::bigint {0} 1))
        WHERE stream_id = $1 AND type = 'activity_completed'
        """,
        "The distance in mm of")]
    [TestCase(
        "feed",
        "UPDATE activity SET active_milliseconds = active_milliseconds {0} 1 WHERE activity_id = $1",
        "active time")]
    [TestCase(
        "feed",
        "UPDATE activity SET started_at = started_at {0} interval '1 ms' WHERE activity_id = $1",
        "start")]
    [TestCase(
        "locallegend",
        "UPDATE activity SET visibility = visibility {0} 1 WHERE activity_id = $1",
        "visibility in")]
    public async Task A_row_that_is_off_by_one_is_named(string service, string sql, string sentence)
    {
        var (_, id) = await UploadedAsync();

        await ChangeAsync("+");
        try
        {
            await AssertNamedAsync(sentence);
        }
        finally
        {
            await ChangeAsync("-");
        }

        Task<int> ChangeAsync(string sign) => new Database(service).ExecuteAsync(
            string.Format(System.Globalization.CultureInfo.InvariantCulture, sql, sign), id);
    }

    [Test]
    public async Task A_best_effort_that_is_off_by_one_is_named()
    {
        // 11,120 m.
        var id = Guid.CreateVersion7();
        (await (await Person.NewAsync("tampered")).UploadAsync(id, Recording.North(1_000))).Expect(HttpStatusCode.Created);
        await AssertNoDifferenceAsync();
        foreach (var column in new[] { "best_5km_ms", "best_10km_ms" })
        {
            await ChangeAsync(column, "+");
            try
            {
                await AssertNamedAsync($"{column} of the summary row", $"{id}");
            }
            finally
            {
                await ChangeAsync(column, "-");
            }
        }

        Task<int> ChangeAsync(string column, string sign) =>
            new Database("activity").ExecuteAsync($"UPDATE activity SET {column} = {column} {sign} 1 WHERE id = $1", id);
    }

    [Test]
    public async Task A_friendship_that_is_kept_wrongly_shows_in_both_lists()
    {
        var (athlete, id) = await UploadedAsync();
        var stranger = await Person.NewAsync("stranger");
        await AssertNoDifferenceAsync();

        await new Database("feed").ExecuteAsync(
            "INSERT INTO friendship VALUES (least($1, $2), greatest($1, $2), 1, true)", athlete.Id, stranger.Id);
        await AssertNamedAsync($"{stranger.Name}'s FRIENDS list shows {id}");
        await new Database("feed").ExecuteAsync(
            "DELETE FROM friendship WHERE $1 IN (athlete_a, athlete_b)", stranger.Id);
    }

    [Test]
    public async Task A_track_that_is_kept_although_it_was_hidden_is_named()
    {
        var (athlete, id) = await UploadedAsync();
        (await athlete.PatchAsync($"/activities/{id}", new { visibility = "ONLY_ME" })).Expect(HttpStatusCode.OK);
        await AssertNoDifferenceAsync();

        await new Database("locallegend").ExecuteAsync(
            "INSERT INTO activity_track VALUES ($1, $2, 1, 1)", id, athlete.Id);
        await AssertNamedAsync($"That everyone may see {id}");
        await new Database("locallegend").ExecuteAsync("DELETE FROM activity_track WHERE activity_id = $1", id);
    }

    [TestCase("24h")]
    [TestCase("7d")]
    [TestCase("30d")]
    public async Task A_score_in_a_rolling_window_that_is_off_by_one_is_named(string window)
    {
        await UploadedAsync();
        using var connection = await ConnectionMultiplexer.ConnectAsync(Platform.Current.Redis.ConnectionString);
        var board = $"leaderboard:{{run:SI:{window}}}";
        var redis = connection.GetDatabase();
        var first = redis.SortedSetRangeByRankWithScores(board, 0, 0, Order.Descending)[0];

        await redis.SortedSetAddAsync(board, first.Element, first.Score + 1);
        await AssertNamedAsync("The score of", board);
        await redis.SortedSetRemoveAsync(board, first.Element);
        await AssertNamedAsync("The score of", board);
        await redis.SortedSetAddAsync(board, first.Element, first.Score);
        await AssertNoDifferenceAsync();
    }

    [Test]
    public async Task A_score_a_member_and_a_board_too_many_are_named()
    {
        await UploadedAsync();
        using var connection = await ConnectionMultiplexer.ConnectAsync(Platform.Current.Redis.ConnectionString);
        var redis = connection.GetDatabase();
        const string Board = "leaderboard:{run:SI:all}";
        var first = redis.SortedSetRangeByRankWithScores(Board, 0, 0, Order.Descending)[0];
        var (member, score) = (first.Element, first.Score);

        await redis.SortedSetAddAsync(Board, member, score + 1);
        await AssertNamedAsync("The score of", Board);
        await redis.SortedSetAddAsync(Board, member, score);

        await redis.SortedSetAddAsync(Board, "eight by", 65_536);
        await AssertNamedAsync($"{Board} has a member that is no athlete");
        await redis.SortedSetRemoveAsync(Board, "eight by");

        await redis.SortedSetAddAsync("leaderboard:{run:XX:all}", member, 65_537);
        await AssertNamedAsync("Redis has the board leaderboard:{run:XX:all}");
        await redis.SortedSetRemoveAsync("leaderboard:{run:XX:all}", member);
    }

    [Test]
    public async Task A_member_a_board_and_a_count_too_many_of_a_club_are_named()
    {
        var (athlete, _) = await UploadedAsync();
        var club = (await athlete.PostAsync("/clubs", new { name = "Tampered", sport = "RUN" })).Id;
        (await athlete.PutAsync($"/clubs/{club}/members/me")).Expect(HttpStatusCode.NoContent);
        await AssertNoDifferenceAsync();
        using var connection = await ConnectionMultiplexer.ConnectAsync(Platform.Current.Redis.ConnectionString);
        var redis = connection.GetDatabase();
        var board = connection.GetServer(connection.GetEndPoints()[0]).Keys(pattern: "leaderboard:club:{*}:longest")
            .Select(key => (string)key!).First();

        // Of nobody: what is somebody's and wrong, the comparison in the service itself would put right.
        await redis.SortedSetAddAsync(board, "eight by", 1);
        await AssertNamedAsync($"{board} has a member that is no athlete");
        await redis.SortedSetRemoveAsync(board, "eight by");

        await redis.SortedSetAddAsync("leaderboard:club:{0:2026-W01}:longest", "eight by", 1);
        await AssertNamedAsync("Redis has leaderboard:club:{0:2026-W01}:longest");
        await redis.SortedSetRemoveAsync("leaderboard:club:{0:2026-W01}:longest", "eight by");

        const string Count = "UPDATE club_count SET members = members + $2 FROM club WHERE club = number AND id = $1";
        await new Database("leaderboard").ExecuteAsync(Count, club, 1L);
        await AssertNamedAsync($"The number of members that is counted for {club}");
        await new Database("leaderboard").ExecuteAsync(Count, club, -1L);
    }

    [TestCase("UPDATE challenge_entry e SET standing = standing {0} 1 {1} c.id = $1 AND e.challenge = c.number", "The entry of")]
    [TestCase(
        "UPDATE challenge_group g SET entries = entries {0} 1 {1} c.id = $1 AND g.challenge = c.number", "The total of")]
    public async Task A_challenge_that_is_off_by_one_is_named(string sql, string sentence)
    {
        var athlete = await Person.NewAsync("tampered");
        var today = TimeProvider.System.GetUtcNow();
        var challenge = (await athlete.PostAsync("/challenges", new
        {
            name = "Tampered",
            metric = "distance",
            startsOn = $"{today.AddDays(-2):yyyy-MM-dd}",
            endsOn = $"{today.AddDays(2):yyyy-MM-dd}",
            goal = 1,
        })).Id;
        (await athlete.PutAsync($"/challenges/{challenge}/participants/me")).Expect(HttpStatusCode.Created);
        (await athlete.UploadAsync(Guid.CreateVersion7(), Recording.North(20))).Expect(HttpStatusCode.Created);
        await AssertNoDifferenceAsync();

        await ChangeAsync("+");
        try
        {
            await AssertNamedAsync(sentence, $"{challenge}");
        }
        finally
        {
            await ChangeAsync("-");
        }

        Task<int> ChangeAsync(string sign) => new Database("leaderboard").ExecuteAsync(
            string.Format(System.Globalization.CultureInfo.InvariantCulture, sql, sign, "FROM challenge c WHERE"),
            challenge);
    }

    private static async Task<(Person Athlete, Guid Id)> UploadedAsync()
    {
        var athlete = await Person.NewAsync("tampered");
        var friend = await Person.NewAsync("onlooker");
        await athlete.BefriendAsync(friend);
        var id = Guid.CreateVersion7();
        (await athlete.UploadAsync(id, Recording.North(20))).Expect(HttpStatusCode.Created);
        await AssertNoDifferenceAsync();
        return (athlete, id);
    }

    private static async Task AssertNamedAsync(params string[] words)
    {
        var comparison = await Platform.AskOracleAsync(TimeSpan.Zero);
        Assert.That(comparison.Differences, Is.Positive, "The oracle does not bite.");
        Assert.That(
            comparison.Sentences.Any(sentence => words.All(word => sentence.Contains(word, StringComparison.Ordinal))),
            comparison.ToString());
    }
}
