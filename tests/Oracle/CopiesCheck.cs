using Npgsql;

namespace Strava.Oracle;

/// <summary>
/// What Feed and LocalLegend keep: every activity that was ever saved, deleted ones as a bare tombstone, and a track
/// only of what everyone may see, point by point. Answers could hide what is kept wrongly; the tables cannot.
/// </summary>
internal static class CopiesCheck
{
    /// <summary>So many points fit in a message of 64 KB in any case: 32 bytes each.</summary>
    private const int SurelyFit = 2_048;

    private const string FeedRows =
        """
        SELECT activity_id, deleted, athlete_id, sport, visibility, started_at, name, distance_millimeters FROM activity
        """;

    private const string LegendRows =
        """
        SELECT activity_id, deleted, athlete_id, sport, visibility, started_at, NULL::text, NULL::bigint FROM activity
        """;

    public static async Task RunAsync(
        NpgsqlConnection feed, NpgsqlConnection legend, Truth truth, Comparison comparison)
    {
        await CompareRowsAsync(feed, "Feed", FeedRows, truth, comparison);
        await CompareRowsAsync(legend, "LocalLegend", LegendRows, truth, comparison);
        await CompareTracksAsync(legend, truth, comparison);
    }

    private static async Task CompareRowsAsync(
        NpgsqlConnection database, string service, string sql, Truth truth, Comparison comparison)
    {
        var left =
            truth.Activities.Where(activity => activity.Figures is not null).ToDictionary(activity => activity.Id);
#pragma warning disable CA2100 // One of the two constants above.
        await using var command = new NpgsqlCommand(sql, database);
#pragma warning restore CA2100
        await using var row = await command.ExecuteReaderAsync();
        while (await row.ReadAsync())
        {
            var what = $"{service}'s row of {row.GetGuid(0)}";
            if (!left.Remove(row.GetGuid(0), out var activity))
            {
                comparison.Differ($"{what} is of no activity that was ever saved.");
                continue;
            }

            comparison.Equal(activity.Deleted, row.GetBoolean(1), $"deleted in {what}");
            comparison.Equal(activity.AthleteId, row.GetGuid(2), $"The athlete in {what}");
            object?[] wanted = activity.Deleted
                ? [null, null, null]
                :
                [
                    SummaryCheck.Sports[activity.Sport],
                    SummaryCheck.Visibilities[activity.Visibility],
                    activity.StartedAt?.UtcDateTime,
                ];
            for (var column = 0; column < wanted.Length; column++)
            {
                var found = row.IsDBNull(column + 3) ? null : row.GetValue(column + 3);
                comparison.Equal(wanted[column], found, $"{row.GetName(column + 3)} in {what}");
            }

            if (service == "Feed")
            {
                var name = row.IsDBNull(6) ? null : row.GetString(6);
                comparison.Equal(activity.Deleted ? null : activity.Name, name, $"name in {what}");
                comparison.Equal(
                    activity.Deleted ? null : activity.Figures!.DistanceMm,
                    row.IsDBNull(7) ? (long?)null : row.GetInt64(7),
                    $"distance in {what}");
            }
        }

        foreach (var id in left.Keys)
        {
            comparison.Differ($"{service} has no row of {id}.");
        }
    }

    private static async Task CompareTracksAsync(NpgsqlConnection database, Truth truth, Comparison comparison)
    {
        var wanted = truth.Saved.Where(activity => activity.Visibility == "EVERYONE")
            .ToDictionary(activity => activity.Id);
        await using var command = new NpgsqlCommand("SELECT activity_id, points FROM activity_track", database);
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
            var id = rows.GetGuid(0);
            var isEveryones = wanted.Remove(id, out var activity);
            comparison.Equal(true, isEveryones, $"That everyone may see {id}, whose track is kept");
            if (isEveryones)
            {
                ComparePoints(activity!, rows.IsDBNull(1) ? null : rows.GetFieldValue<byte[]>(1), comparison);
            }
        }

        foreach (var id in wanted.Keys)
        {
            comparison.Differ($"LocalLegend has no track of {id}, which everyone may see.");
        }
    }

    private static void ComparePoints(Activity activity, byte[]? track, Comparison comparison)
    {
        var points = StoredPoints.InOrder(activity);
        if (track is null)
        {
            comparison.Equal(
                true, points.Count > SurelyFit, $"That the track of {activity.Id}, which came without points, is long");
            return;
        }

        var kept = StoredPoints.Read(track);
        comparison.Equal(points.Count, kept.Count, $"The number of points in LocalLegend's track of {activity.Id}");
        foreach (var (point, index) in points.Zip(kept).Select((pair, index) => (pair, index)))
        {
            comparison.Equal(point.First with { Part = 0 }, point.Second, $"Point {index} of LocalLegend's track of {activity.Id}");
        }
    }
}
