using System.Net;
using Npgsql;
using Strava.Testing;

namespace Strava.EndToEnd;

/// <summary>How fast read models are rebuilt; by hand, because it fills the world with 20,000 activities.</summary>
[Explicit]
[Category("EndToEnd")]
public sealed class RebuildSpeed
{
    private const int Activities = 20_000;

    [Test]
    public async Task Twenty_thousand_activities()
    {
        var athlete = await Person.NewAsync("many");
        var first = Guid.CreateVersion7();
        (await athlete.UploadAsync(first, Recording.North(600))).Expect(HttpStatusCode.Created);
        await using (var activity = NpgsqlDataSource.Create(Platform.Current.Database("activity")))
        {
            await using var fill = activity.CreateCommand(
                $"""
                CREATE TABLE twin AS SELECT gen_random_uuid() AS id FROM generate_series(1, {Activities});
                INSERT INTO mt_streams (id, type, version) SELECT t.id, s.type, s.version FROM twin t, mt_streams s WHERE s.id = '{first}';
                INSERT INTO mt_events (seq_id, id, stream_id, version, data, type, mt_dotnet_type)
                SELECT nextval('mt_events_sequence'), gen_random_uuid(), t.id, e.version, e.data, e.type, e.mt_dotnet_type
                FROM twin t, mt_events e WHERE e.stream_id = '{first}' ORDER BY t.id, e.version
                """);
            fill.CommandTimeout = 120;
            await fill.ExecuteNonQueryAsync();
        }

        foreach (var (service, project) in RebuildTests.Projects)
        {
            await using var database = NpgsqlDataSource.Create(Platform.Current.Database(service));
            await Eventually.HoldsAsync(
                async () => await ScalarAsync<long>(database, $"SELECT count(*) FROM {Tables[service]}") > Activities,
                TimeSpan.FromMinutes(5));
            await using var command = await ServiceProcess.LaunchAsync(
                project, RebuildTests.SettingsOf(service), "--rebuild", "--refuse-differences");
            Assert.That(await command.EndAsync(TimeSpan.FromMinutes(5)), Is.Zero, command.LogTail());
            var seconds = await ScalarAsync<double>(
                database, "SELECT extract(epoch FROM ended_at - started_at)::float8 FROM rebuild ORDER BY started_at DESC LIMIT 1");
            await TestContext.Out.WriteLineAsync(FormattableString.Invariant(
                $"figure rebuild.{service} {Activities / seconds:0} activities/s ({seconds:0.0} s)"));
        }
    }

    private static Dictionary<string, string> Tables => new()
    {
        ["activity"] = "activity",
        ["feed"] = "activity",
        ["leaderboard"] = "ledger",
        ["locallegend"] = "activity_track",
    };

    private static async Task<T> ScalarAsync<T>(NpgsqlDataSource database, string sql)
    {
#pragma warning disable CA2100 // The tests' own words.
        await using var command = database.CreateCommand(sql);
#pragma warning restore CA2100
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
