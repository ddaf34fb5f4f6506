using Npgsql;

namespace Strava.Oracle;

/// <summary>The rows that the Activity service keeps beside its streams must say what the streams say.</summary>
internal static class SummaryCheck
{
    internal static readonly Dictionary<string, short> Sports = new() { ["RUN"] = 1, ["RIDE"] = 2 };
    internal static readonly Dictionary<string, short> Visibilities =
        new() { ["EVERYONE"] = 1, ["FRIENDS"] = 2, ["ONLY_ME"] = 3 };

    public static async Task RunAsync(NpgsqlConnection database, Truth truth, Comparison comparison)
    {
        var left = truth.Activities.ToDictionary(activity => activity.Id);
        await using var command = new NpgsqlCommand(
            """
            SELECT id, athlete_id, version, sport, name, description, visibility, state, deleted, time_zone, started_at,
                completed_at, local_date, distance_mm, total_ms, active_ms, moving_ms, gain_cm, loss_cm, point_count,
                best_5km_ms, best_10km_ms
            FROM activity
            """,
            database);
        await using var row = await command.ExecuteReaderAsync();
        while (await row.ReadAsync())
        {
            if (left.Remove(row.GetGuid(0), out var activity))
            {
                Compare(activity, row, comparison);
            }
            else
            {
                comparison.Differ($"The summary row {row.GetGuid(0)} has no stream.");
            }
        }

        foreach (var id in left.Keys)
        {
            comparison.Differ($"Stream {id} has no summary row.");
        }
    }

    private static void Compare(Activity activity, NpgsqlDataReader row, Comparison comparison)
    {
        var figures = activity.Figures;
        object?[] wanted =
        [
            activity.AthleteId, activity.Version, Sports[activity.Sport], activity.Name, activity.Description,
            Visibilities[activity.Visibility], (short)activity.State, activity.Deleted,
            figures?.TimeZone ?? activity.TimeZone,
            activity.StartedAt?.UtcDateTime, figures?.At.UtcDateTime, figures?.LocalDate, figures?.DistanceMm ?? 0L,
            figures?.TotalMs ?? 0L, figures?.ActiveMs ?? 0L, figures?.MovingMs ?? 0L, figures?.GainCm ?? 0L,
            figures?.LossCm ?? 0L, figures?.Points ?? 0, (int?)activity.Best5KmMs, (int?)activity.Best10KmMs,
        ];
        for (var column = 0; column < wanted.Length; column++)
        {
            var found = row.IsDBNull(column + 1) ? null : row.GetValue(column + 1);
            if (wanted[column] is DateOnly day && found is DateTime time)
            {
                // Npgsql gives a date as either, by its version.
                found = DateOnly.FromDateTime(time);
                comparison.Equal(day, (DateOnly)found, $"{row.GetName(column + 1)} of the summary row {activity.Id}");
                continue;
            }

            comparison.Equal(wanted[column], found, $"{row.GetName(column + 1)} of the summary row {activity.Id}");
        }
    }
}
