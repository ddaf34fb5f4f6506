using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Strava.Contracts;
using Strava.Contracts.Rest;
using Strava.Contracts.Sports;
using Strava.Contracts.Tracks;
using Strava.ServiceDefaults;

namespace Strava.LocalLegends.Segments;

/// <summary>A part of one's own activity that everyone may see, as the line of a segment.</summary>
internal static class ActivitySlice
{
    /// <returns>The line, or why there is none.</returns>
    public static async Task<(NewSegment? Line, ProblemHttpResult? Refusal)> ReadAsync(
        NpgsqlDataSource database, Guid me, CreateSegment request, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT a.sport, a.visibility, a.started_at, coalesce(t.points, f.points)
            FROM activity a
            LEFT JOIN activity_track t ON t.activity_id = a.activity_id
            LEFT JOIN fetched_track f ON f.activity_id = t.activity_id AND f.version = t.version
            WHERE a.activity_id = $1 AND a.athlete_id = $2 AND NOT a.deleted
            """);
        command.Parameters.Add(new() { Value = request.ActivityId!.Value });
        command.Parameters.Add(new() { Value = me });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
        {
            return (null, Problems.NotFound(
                "There is no such activity of yours here; a new one comes within seconds."));
        }

        var sport = (Sport)row.GetInt16(0);
        if ((Visibility)row.GetInt16(1) != Visibility.Everyone)
        {
            return (null, Problems.Conflict(
                "activity-not-public", "Everyone sees a segment: make it from an activity that everyone may see."));
        }

        if (request.Type is { } type && type != sport)
        {
            return (null, Problems.Impossible(
                "type", "A segment has the sport of its activity; leave the member out."));
        }

        if (await row.IsDBNullAsync(3, cancellationToken))
        {
            return (null, Problems.Conflict(
                "track-not-here", "Its track has not come yet; send the same request again.", retryable: true));
        }

        var points = PointCodec.Decode(row.GetFieldValue<byte[]>(3));
        var start = row.GetFieldValue<DateTimeOffset>(2).ToUnixTimeMilliseconds();
        var from = start + (long)((request.FromSeconds ?? 0) * 1_000);
        var to = request.ToSeconds is { } seconds ? start + (long)(seconds * 1_000) : long.MaxValue;

        // Inaccurate places count nothing in an activity either.
        var slice = points.Where(point => point.AtMs >= from && point.AtMs <= to
            && !(point.AccuracyCm > TrackStatistics.WorstAccuracyCm));
        var (line, fault) = NewSegment.Of(sport, slice, "fromSeconds");
        return (line, fault is { } wrong ? Problems.Impossible(wrong.Field, wrong.Sentence) : null);
    }
}
