using System.Net;
using System.Text.Json;
using Npgsql;

namespace Strava.Oracle;

/// <summary>
/// Segments: how many efforts each public activity has, by the points of its stream; who is the Local Legend of each of
/// the next 90 days and how many athletes have how many efforts, by grouping and counting; and what the API says.
/// </summary>
internal static class LegendCheck
{
    private const int Days = 90;

    public static async Task RunAsync(NpgsqlConnection database, Door door, Truth truth, DateTimeOffset now, Comparison comparison)
    {
        var optedOut = await ListAsync(
            database, "SELECT athlete_id FROM athlete_standing WHERE opted_out OR flagged", row => row.GetGuid(0));
        foreach (var segment in await ListAsync(
            database, "SELECT number, id, sport, line, time_zone, hidden, state FROM segment ORDER BY number", ReadSegment))
        {
            if (segment.IsHidden)
            {
                continue;
            }

            comparison.Equal(true, segment.IsOpen, $"That segment {segment.Id} is open when all is still");
            var efforts = await ListAsync(
                database,
                $"SELECT activity_id, athlete_id, started_at, local_date FROM effort WHERE segment = {segment.Number}",
                row => new Effort(row.GetGuid(0), row.GetGuid(1), row.GetFieldValue<DateTimeOffset>(2), row.GetFieldValue<DateOnly>(3)));
            CompareEfforts(segment, efforts, truth, comparison);
            var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, segment.Zone).DateTime);
            var counting = efforts.Where(effort => !optedOut.Contains(effort.Athlete)).ToList();
            await CompareRowsAsync(database, segment, today, counting, comparison);
            await CompareAnswerAsync(door, segment, today, counting, truth, comparison);
        }
    }

    private static void CompareEfforts(Segment segment, List<Effort> efforts, Truth truth, Comparison comparison)
    {
        var stored = efforts.ToLookup(effort => effort.Activity);
        var all = truth.Saved.Where(one => one.Visibility == "EVERYONE" && SummaryCheck.Sports[one.Sport] == segment.Sport).ToList();
        foreach (var activity in all)
        {
            var wanted = NaiveEfforts.Count(segment.Line, StoredPoints.InOrder(activity));
            comparison.Equal(wanted, stored[activity.Id].Count(), $"The efforts of {activity.Id} on segment {segment.Id}");
        }

        foreach (var effort in efforts)
        {
            comparison.Equal(
                DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(effort.StartedAt, segment.Zone).DateTime),
                effort.Day,
                $"The day of an effort of {effort.Activity} on segment {segment.Id}");
        }

        foreach (var activity in stored.Select(group => group.Key).Except(all.Select(one => one.Id)))
        {
            comparison.Differ($"Segment {segment.Id} has efforts of {activity}, which not everyone may see.");
        }
    }

    private static async Task CompareRowsAsync(
        NpgsqlConnection database, Segment segment, DateOnly today, List<Effort> efforts, Comparison comparison)
    {
        var legends = (await ListAsync(
            database,
            $"SELECT date, athlete_id, efforts FROM rolling_local_legend WHERE segment = {segment.Number}",
            row => (Day: row.GetFieldValue<DateOnly>(0), Athlete: row.GetGuid(1), Efforts: row.GetInt32(2)))).ToDictionary(row => row.Day);
        var bins = (await ListAsync(
            database,
            $"SELECT date, bin, athletes FROM legend_histogram WHERE segment = {segment.Number} AND athletes > 0",
            row => (Day: row.GetFieldValue<DateOnly>(0), Bin: (int)row.GetInt16(1), Athletes: row.GetInt32(2)))).ToLookup(row => row.Day);
        for (var day = today; day < today.AddDays(Days); day = day.AddDays(1))
        {
            var standing = Standing(efforts, day);
            var legend = legends.GetValueOrDefault(day);
            comparison.Equal(standing.FirstOrDefault().Athlete, legend.Athlete, $"The legend of segment {segment.Id} on {day}");
            comparison.Equal(standing.FirstOrDefault().Efforts, legend.Efforts, $"The legend's efforts of segment {segment.Id} on {day}");
            comparison.Equal(
                string.Join(' ', standing.CountBy(one => (int)Math.Ceiling(Math.Log2(one.Efforts))).OrderBy(bin => bin.Key)
                    .Select(bin => $"{bin.Key}:{bin.Value}")),
                string.Join(' ', bins[day].OrderBy(bin => bin.Bin).Select(bin => $"{bin.Bin}:{bin.Athletes}")),
                $"The histogram of segment {segment.Id} on {day}");
        }
    }

    private static async Task CompareAnswerAsync(
        Door door, Segment segment, DateOnly today, List<Effort> efforts, Truth truth, Comparison comparison)
    {
        var standing = Standing(efforts, today);
        foreach (var viewer in standing.Select(one => one.Athlete).Take(3))
        {
            if (!truth.Athletes.TryGetValue(viewer, out var athlete) || !await door.HasTokenAsync(athlete))
            {
                continue;
            }

            var path = $"/segments/{segment.Id}/local-legend";
            var (status, body, _) = await door.GetAsync(athlete, path);
            comparison.Equal(HttpStatusCode.OK, status, $"The status of GET {path}");
            if (status == HttpStatusCode.OK && body.GetProperty("athlete") is { ValueKind: JsonValueKind.Object } legend)
            {
                comparison.Equal(standing[0].Athlete, legend.GetProperty("id").GetGuid(), $"The legend of {path}");
                comparison.Equal(standing[0].Efforts, body.GetProperty("effortCount").GetInt32(), $"The efforts of {path}");
                comparison.Equal(
                    standing.Find(one => one.Athlete == viewer).Efforts,
                    body.GetProperty("viewer").GetProperty("effortCount").GetInt32(),
                    $"The viewer's efforts of {path}");
            }
        }
    }

    /// <summary>More efforts, then who was there first, then the smaller id.</summary>
    private static List<(Guid Athlete, int Efforts)> Standing(List<Effort> efforts, DateOnly day) =>
    [
        .. efforts.Where(effort => effort.Day <= day && effort.Day > day.AddDays(-Days)).GroupBy(effort => effort.Athlete)
            .OrderByDescending(mine => mine.Count()).ThenBy(mine => mine.Max(effort => effort.StartedAt))
            .ThenBy(mine => mine.Key.ToString(), StringComparer.Ordinal)
            .Select(mine => (mine.Key, mine.Count())),
    ];

    private static Segment ReadSegment(NpgsqlDataReader row) => new(
        row.GetInt32(0),
        row.GetGuid(1),
        row.GetInt16(2),
        StoredPoints.Read(row.GetFieldValue<byte[]>(3)),
        TimeZoneInfo.FindSystemTimeZoneById(row.GetString(4)),
        row.GetBoolean(5),
        row.GetInt16(6) == 2);

    private static async Task<List<T>> ListAsync<T>(NpgsqlConnection database, string sql, Func<NpgsqlDataReader, T> read)
    {
#pragma warning disable CA2100 // Constants and a segment's number.
        await using var command = new NpgsqlCommand(sql, database);
#pragma warning restore CA2100
        await using var rows = await command.ExecuteReaderAsync();
        var list = new List<T>();
        while (await rows.ReadAsync())
        {
            list.Add(read(rows));
        }

        return list;
    }

    private sealed record Segment(
        int Number, Guid Id, short Sport, List<StoredPoint> Line, TimeZoneInfo Zone, bool IsHidden, bool IsOpen);

    private sealed record Effort(Guid Activity, Guid Athlete, DateTimeOffset StartedAt, DateOnly Day);
}
