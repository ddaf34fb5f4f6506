using Npgsql;
using Strava.Contracts.Tracks;
using Strava.LocalLegends.Legends;
using Strava.LocalLegends.Segments;

namespace Strava.LocalLegends.Efforts;

/// <summary>
/// Finds the efforts of one marked activity and makes what is stored equal to them, with all that follows, in one
/// transaction. What is written is absolute and the mark goes with it, so a crash anywhere only means to do it again.
/// </summary>
internal sealed class ActivityMatcher(
    NpgsqlDataSource database,
    SegmentCatalogue catalogue,
    TrackMatch match,
    TrackClient tracks,
    LegendRows legends,
    TimeProvider clock)
{
    private const int MaxRounds = 5;

    /// <returns>False: somebody else does it, or has done it.</returns>
    /// <exception cref="TrackAwayException">Its track cannot be fetched now.</exception>
    /// <exception cref="PointCodecException">Its track cannot be read.</exception>
    public async Task<bool> MatchAsync(Guid activityId, CancellationToken cancellationToken)
    {
        for (var round = 1; round <= MaxRounds; round++)
        {
            var (outcome, wanted) = await TryAsync(activityId, cancellationToken);
            switch (outcome)
            {
                case Outcome.Done:
                    return true;
                case Outcome.NotMine:
                    return false;
                case Outcome.TrackWanted:
                    // Outside of any transaction.
                    await tracks.FetchAsync(activityId, wanted, cancellationToken);
                    break;
            }
        }

        throw new InvalidOperationException($"{activityId} changed {MaxRounds} times while it was being matched.");
    }

    private async Task<(Outcome Outcome, long Wanted)> TryAsync(Guid activityId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await TakenActivity.TakeAsync(connection, activityId, cancellationToken) is not { } taken)
        {
            return (Outcome.NotMine, 0);
        }

        if (taken is { IsPublic: true, Points: null })
        {
            return (Outcome.TrackWanted, taken.TrackVersion);
        }

        // The catalogue cannot change while this transaction lasts.
        var snapshot = await catalogue.AtLeastAsync(taken.Catalogue, cancellationToken);
        var found = taken is { IsPublic: true, Points.Length: > 0 }
            ? match.Find(snapshot.Index, taken.Sport, PointCodec.Decode(taken.Points))
            : FoundTrack.Nothing;
        await using var batch = new NpgsqlBatch(connection);
        if (Differing(taken, found) is { Length: > 0 } segments)
        {
            var locked = await LockedSegments.LockAsync(
                connection, taken.AthleteId, segments, activityId, clock.GetUtcNow(), cancellationToken);
            if (locked.Activity.Any(effort => !segments.Contains(effort.Segment) && !found.Has(effort)))
            {
                // A backfill has stored some meanwhile that are no longer true.
                return (Outcome.Again, 0);
            }

            await EffortReplacement.AddAsync(batch, legends, locked, activityId, found.On(segments), cancellationToken);
        }

        AddTrack(batch, taken, found);
        batch.Add("DELETE FROM match_mark WHERE activity_id = $1", activityId);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (Outcome.Done, 0);
    }

    /// <summary>Segments, ascending, whose efforts are not what they should be.</summary>
    private static int[] Differing(TakenActivity taken, FoundTrack found)
    {
        var stored = taken.Stored.ToHashSet();
        stored.SymmetricExceptWith(found.Efforts);
        return [.. stored.Select(effort => effort.Segment).Distinct().Order()];
    }

    private static void AddTrack(NpgsqlBatch batch, TakenActivity taken, FoundTrack found)
    {
        if (found.Cells.Length > 0)
        {
            batch.Add(
                """
                INSERT INTO track_cells (activity_id, sport, cells) VALUES ($1, $2, $3)
                ON CONFLICT (activity_id) DO UPDATE SET sport = EXCLUDED.sport, cells = EXCLUDED.cells
                """,
                taken.ActivityId,
                (short)taken.Sport,
                found.Cells);
        }
        else
        {
            batch.Add("DELETE FROM track_cells WHERE activity_id = $1", taken.ActivityId);
        }

        if (taken.HasFetchedRow && !taken.IsPublic)
        {
            batch.Add("DELETE FROM fetched_track WHERE activity_id = $1", taken.ActivityId);
        }
    }

    private enum Outcome
    {
        Done,
        NotMine,
        TrackWanted,
        Again,
    }
}
