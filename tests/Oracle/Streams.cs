using System.Globalization;
using System.Text.Json;
using Npgsql;

namespace Strava.Oracle;

/// <summary>
/// Reads every event in the order of its stream, folds it, and checks that the streams themselves are whole.
/// </summary>
internal static class Streams
{
    public static async Task<List<Activity>> ReadAsync(NpgsqlConnection database, Comparison comparison)
    {
        var activities = new List<Activity>();
        await using (var command = new NpgsqlCommand(
            "SELECT stream_id, version, type, data::text, timestamp FROM mt_events ORDER BY stream_id, version", database))
        await using (var rows = await command.ExecuteReaderAsync())
        {
            while (await rows.ReadAsync())
            {
                var id = rows.GetGuid(0);
                if (activities.Count == 0 || activities[^1].Id != id)
                {
                    activities.Add(new Activity { Id = id });
                }

                var activity = activities[^1];
                comparison.Equal(activity.Version + 1, rows.GetInt64(1), $"The version of an event of stream {id}");
                activity.Version = rows.GetInt64(1);
                activity.ChangedAt = rows.GetFieldValue<DateTimeOffset>(4);
                using var body = JsonDocument.Parse(rows.GetString(3));
                Apply(activity, rows.GetString(2), body.RootElement, comparison);
            }
        }

        await CheckHeadsAsync(database, activities, comparison);
        return activities;
    }

    private static void Apply(Activity activity, string type, JsonElement body, Comparison comparison)
    {
        if (activity.Version == 1 != (type == "activity_created"))
        {
            comparison.Differ($"Event {activity.Version} of stream {activity.Id} is {type}.");
        }

        if (activity.Deleted)
        {
            comparison.Differ($"Stream {activity.Id} goes on with {type} after its deletion.");
        }

        switch (type)
        {
            case "activity_created":
                activity.AthleteId = body.GetProperty("AthleteId").GetGuid();
                activity.Sport = Text(body, "Sport")!;
                activity.Name = Text(body, "Name")!;
                activity.Visibility = Text(body, "Visibility")!;
                activity.TimeZone = Text(body, "TimeZone");
                break;
            case "activity_started" or "activity_resumed":
                Enter(activity, 1, type, body);
                break;
            case "activity_paused":
                Enter(activity, 2, type, body);
                break;
            case "activity_stopped":
                Enter(activity, 3, type, body);
                break;
            case "activity_completed":
                if (activity.Figures is null)
                {
                    Enter(activity, Activity.Complete, type, body);
                }

                activity.Figures = ReadFigures(body);
                break;
            case "route_recorded":
                // Several live posts in one event, numbered on from its own number; else it is one.
                var count = body.GetProperty("Count").GetInt32();
                int[] posts = body.TryGetProperty("Posts", out var counts)
                    ? [.. counts.EnumerateArray().Select(post => post.GetInt32())]
                    : [count];
                comparison.Equal(count, posts.Sum(), $"The points in the posts of an event of {activity.Id}");
                activity.Chunks.Add((body.GetProperty("Sequence").GetInt64(), count, Text(body, "Points")!, posts));
                break;
            case "activity_renamed":
                activity.Name = Text(body, "Name")!;
                break;
            case "activity_described":
                activity.Description = Text(body, "Description")!;
                break;
            case "activity_visibility_changed":
                activity.Visibility = Text(body, "Visibility")!;
                break;
            case "activity_sport_changed":
                activity.Sport = Text(body, "Sport")!;
                break;
            case "activity_deleted":
                activity.Deleted = true;
                break;
            default:
                comparison.Differ($"Stream {activity.Id} has an event of the unknown type {type}.");
                break;
        }
    }

    private static void Enter(Activity activity, int state, string word, JsonElement body)
    {
        var at = body.GetProperty("At").GetDateTimeOffset();
        activity.State = state;
        activity.StartedAt ??= at;
        activity.Log.Add((word, at));
    }

    private static Figures ReadFigures(JsonElement body)
    {
        long Whole(string name) => body.GetProperty(name).GetInt64();
        return new Figures(
            body.GetProperty("At").GetDateTimeOffset(), Whole("DistanceMillimeters"), Whole("TotalMilliseconds"),
            Whole("ActiveMilliseconds"), Whole("MovingMilliseconds"), Whole("ElevationGainCentimeters"),
            Whole("ElevationLossCentimeters"), (int)Whole("PointCount"), Text(body, "TimeZone")!,
            DateOnly.ParseExact(Text(body, "LocalDate")!, "yyyy-MM-dd", CultureInfo.InvariantCulture));
    }

    private static string? Text(JsonElement body, string name) =>
        body.TryGetProperty(name, out var member) ? member.GetString() : null;

    private static async Task CheckHeadsAsync(
        NpgsqlConnection database, List<Activity> activities, Comparison comparison)
    {
        var heads = new Dictionary<Guid, long>();
        await using var command = new NpgsqlCommand("SELECT id, version FROM mt_streams WHERE version > 0", database);
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
            heads.Add(rows.GetGuid(0), rows.GetInt64(1));
        }

        comparison.Equal(activities.Count, heads.Count, $"The number of rows in mt_streams");
        foreach (var activity in activities)
        {
            comparison.Equal(
                activity.Version, heads.GetValueOrDefault(activity.Id), $"mt_streams.version of {activity.Id}");
        }
    }
}
