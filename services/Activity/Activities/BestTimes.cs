using Npgsql;
using Strava.Contracts.Sports;
using Strava.Contracts.Timing;
using Strava.Contracts.Tracks;

namespace Strava.Activities.Activities;

/// <summary>
/// The least times over 5 and 10 km, ms; <c>null</c> where the track is shorter. Told outside and kept in the row beside
/// the stream: who tells old activities again reads no points, and in the event they would cost 61 bytes an activity
/// (decision 20).
/// </summary>
internal readonly record struct BestTimes(long? Over5KmMs, long? Over10KmMs)
{
    public static BestTimes Of(Sport sport, StateLog log, IReadOnlyList<OrderedPoint> points)
    {
        var efforts = TrackAnalytics.EffortsOf(
            sport, log, points, EffortDistance.FiveKilometers, EffortDistance.TenKilometers);
        return new BestTimes(Over(EffortDistance.FiveKilometers), Over(EffortDistance.TenKilometers));

        // No activity that we save takes so long as the bound; a stream that others wrote may.
        long? Over(EffortDistance distance) =>
            efforts.FirstOrDefault(effort => effort.DistanceMillimeters == distance.Millimeters) is { ElapsedMs: <= int.MaxValue and var ms }
                ? ms
                : null;
    }

    public static BestTimes Of(Activity activity) =>
        new(activity.Final?.Best5KmMilliseconds, activity.Final?.Best10KmMilliseconds);

    /// <summary>What the rows of saved activities keep. One query, a look-up each.</summary>
    /// <param name="database">Of the live rows, whatever copies are being filled beside them.</param>
    /// <param name="ids">The activities.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <returns>Nothing for one that has no row, or an open one.</returns>
    public static async Task<IReadOnlyDictionary<Guid, BestTimes>> FetchAsync(
        NpgsqlDataSource database, Guid[] ids, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT id, best_5km_ms, best_10km_ms FROM activity WHERE id = ANY($1) AND completed_at IS NOT NULL");
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = ids });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var times = new Dictionary<Guid, BestTimes>(ids.Length);
        while (await rows.ReadAsync(cancellationToken))
        {
            times.Add(rows.GetGuid(0), Read(rows, 1));
        }

        return times;
    }

    /// <param name="row">The row.</param>
    /// <param name="first">Ordinal of <c>best_5km_ms</c>; <c>best_10km_ms</c> follows.</param>
    public static BestTimes Read(NpgsqlDataReader row, int first) => new(
        row.IsDBNull(first) ? null : row.GetInt64(first),
        row.IsDBNull(first + 1) ? null : row.GetInt64(first + 1));
}
