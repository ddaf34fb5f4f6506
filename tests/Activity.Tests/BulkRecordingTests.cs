using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Strava.Activities.Imports;
using Strava.Core.Bus;
using static Strava.Activities.Tests.ActivityFixture;

namespace Strava.Activities.Tests;

/// <summary>Whole recordings by COPY: the same rows as one by one, and each stream once.</summary>
[Category("Integration")]
public sealed class BulkRecordingTests
{
    [Test]
    public async Task A_file_of_recordings_is_what_the_same_recordings_are_one_by_one_and_twice_is_once()
    {
        await using var published = await PublishedActivities.OpenAsync(Subscriptions.Feed);
        var athlete = Athlete();
        var single = Guid.CreateVersion7();
        var put = await JsonAsync(athlete.PutAsJsonAsync($"/activities/{single}/recording", Recording()), 201);
        var athleteId = put.GetProperty("athleteId").GetGuid();
        Guid[] ids = [.. Enumerable.Range(0, 250).Select(_ => Guid.CreateVersion7())];
        var lines = ids.Append(single).Append(ids[0]).Select(id => Line(id, athleteId)).ToArray();

        var (code, said) = await ImportAsync(lines);

        Assert.That(code, Is.Zero, said);
        Assert.That(said, Does.Contain("250 written, 2 skipped").And.Contain($"{single}: exists"));
        foreach (var table in new[] { "activity", "mt_streams", "mt_events" })
        {
            Assert.That(await DistinctAsync(table, [.. ids, single]), Is.EqualTo(1), $"the copied rows of {table} are the single one's");
        }

        var details = await JsonAsync(athlete.GetAsync($"/activities/{ids[^1]}"), 200);
        Assert.That(details.GetProperty("splits").ToString(), Is.EqualTo(put.GetProperty("splits").ToString()));
        await published.SummaryAsync("ActivityCompleted", ids[^1].ToString(), details.GetProperty("version").GetInt32());
        Assert.That((await ImportAsync(lines)).Said, Does.Contain("0 written, 252 skipped"));
    }

    [Test]
    public async Task A_line_that_cannot_be_taken_is_named_and_what_came_before_stays()
    {
        var athleteId = Guid.CreateVersion7();
        var (first, last) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var open = Line(Guid.CreateVersion7(), athleteId).Replace("COMPLETE", "STOPPED", StringComparison.Ordinal);
        Assert.That(
            await ImportAsync(Line(first, athleteId), open, Line(last, athleteId)),
            Is.EqualTo((1, "line 2: its state log does not end with COMPLETE; 1 written, 0 skipped")));
        Assert.That((await ImportAsync("{}")).Said, Does.StartWith("line 1: no "));
        Assert.That((await ImportAsync(Line(last, athleteId), "nonsense")).Code, Is.EqualTo(1));
        Assert.That(await DistinctAsync("activity", [first, last]), Is.EqualTo(1));
    }

    private static string Line(Guid id, Guid athleteId) =>
        JsonSerializer.Serialize(new { id, athleteId, recording = Recording() });

    private static async Task<(int Code, string Said)> ImportAsync(params string[] lines)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllLinesAsync(file, lines);
            using var output = new StringWriter();
            var code = await ImportStreamsCommand.RunAsync(Services, file, output, default);
            return (code, output.ToString().Trim());
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>How many different contents the activities' rows have, their ids and times of storing aside.</summary>
    private static async Task<long> DistinctAsync(string table, Guid[] ids)
    {
        var (key, but) = table switch
        {
            "mt_events" => ("stream_id", "'{seq_id,id,stream_id,timestamp}'"),
            _ => ("id", "'{id,created_at,timestamp,created}'"),
        };
        await using var command = Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(
            $"""
             SELECT count(DISTINCT content) FROM (
                 SELECT string_agg(regexp_replace((to_jsonb(t) - {but}::text[])::text, '"CreatedAt": "[^"]*"', ''), '|' ORDER BY t.version) AS content
                 FROM {table} t WHERE {key} = ANY($1) GROUP BY {key}) AS contents
             """);
        command.Parameters.Add(new() { Value = ids });
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
