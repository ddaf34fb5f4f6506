using Npgsql;

namespace Strava.Oracle;

/// <summary>
/// What Feed and LocalLegend keep: every activity that was ever saved, deleted ones as a bare tombstone, and a track
/// only
/// of what everyone may see. Answers could hide what is kept wrongly; the tables cannot.
/// </summary>
internal static class CopiesCheck
{
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
        var everyones = truth.Saved.Where(activity => activity.Visibility == "EVERYONE");
        var wanted = everyones.Select(activity => activity.Id).ToHashSet();
        await using var command = new NpgsqlCommand("SELECT activity_id FROM activity_track", database);
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
            comparison.Equal(
                true, wanted.Remove(rows.GetGuid(0)), $"That everyone may see {rows.GetGuid(0)}, whose track is kept");
        }

        foreach (var id in wanted)
        {
            comparison.Differ($"LocalLegend has no track of {id}, which everyone may see.");
        }
    }
}
