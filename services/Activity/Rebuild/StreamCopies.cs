using Npgsql;
using Strava.Activities.Activities;
using Strava.Activities.Relay;
using Strava.Activities.Sharding;
using Strava.Contracts.Events;
using Strava.Core.Rebuild;
using Strava.EventStore;

namespace Strava.Activities.Rebuild;

/// <summary>Folds streams into the copies of the rows beside them, within a transaction of the caller's.</summary>
internal sealed class StreamCopies(Shard shard)
{
    /// <summary>Safe to repeat: the rows become what the streams say.</summary>
    /// <returns>How many activities the streams hold.</returns>
    /// <exception cref="UnreadableEventException">One of them is not for this build.</exception>
    public async Task<int> WriteAsync(
        NpgsqlConnection connection, Guid rebuild, Guid[] ids, CancellationToken cancellationToken)
    {
        // No row that is swapped in needs the points: best times are those of the live row, where there is one. It is
        // read after the stream: where it is newer, the stream has moved too and is folded again.
        var streams = await shard.Reader.FetchStreamsAsync(
            connection, ids, cancellationToken, ActivityStream.Route, ActivityStream.RouteUnread);
        var bestTimes = await BestTimes.FetchAsync(shard.Database, ids, cancellationToken);
        var folded = new List<(ActivityStream Stream, ActivityCreated Created)>(ids.Length);
        foreach (var id in ids)
        {
            var events = streams.GetValueOrDefault(id) ?? [];
            if (ActivityStream.Fold(events) is { } stream)
            {
                var isLost = stream.Activity is { Final: not null, Deleted: false } && !bestTimes.ContainsKey(id);
                var times = isLost ? await LostAsync(id, cancellationToken) : bestTimes.GetValueOrDefault(id);
                folded.Add((stream.With(times), (ActivityCreated)events[0].Body!));
            }
        }

        await using var batch = new NpgsqlBatch(connection);
        RebuildableTables.AddToCopies(batch, rebuild, copies =>
        {
            foreach (var (stream, created) in folded)
            {
                foreach (var row in SummaryRepair.Rows(stream).Concat(ImportedFile(stream.Activity, created)))
                {
                    copies.BatchCommands.Add(row);
                }
            }
        });
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return folded.Count;
    }

    private async Task<BestTimes> LostAsync(Guid id, CancellationToken cancellationToken) =>
        BestTimes.Of((await shard.Store.FetchStreamAsync(id, cancellationToken))!.WithBestTimes(default).Activity);

    private static IEnumerable<NpgsqlBatchCommand> ImportedFile(Activity activity, ActivityCreated created)
    {
        if (created.ImportedFileSha256 is { } sha256 && !activity.Deleted)
        {
            // The same file may have been imported again after a deletion that is folded only later.
            yield return new(
                """
                INSERT INTO imported_file (athlete_id, sha256, activity_id) VALUES ($1, $2, $3)
                ON CONFLICT (athlete_id, sha256) DO UPDATE SET activity_id = EXCLUDED.activity_id
                """)
            {
                Parameters =
                {
                    new() { Value = activity.AthleteId },
                    new() { Value = Convert.FromHexString(sha256) },
                    new() { Value = activity.Id },
                },
            };
        }
    }
}
