using Strava.Contracts.Rest;
using Strava.Replay.Gateway;
using Strava.Replay.Generation;

namespace Strava.Replay.Demo;

/// <summary>
/// A recording made offline, in one request. Safe to repeat: the id and every byte follow from the plan.
/// </summary>
internal static class UploadRecording
{
    public static async Task<Sent> UploadAsync(
        AthleteSession session, PlannedActivity activity, string timeZone, CancellationToken cancellationToken)
    {
        var track = TrackGenerator.Generate(activity.Track);
        var body = new PutRecording
        {
            Type = track.Sport,
            Name = activity.Name,
            Visibility = activity.Visibility,
            TimeZone = timeZone,
            StateLog = [.. track.StateLog.Select(StateLogEntry.From)],
            Points = [.. track.Points.Select(point => PointDto.From(point))],
        };
        var answer = await session.PutGzipAsync($"/activities/{activity.Id}/recording", body, cancellationToken);
        return answer.IsConflict
            ? new Sent(Outcome.LeftAlone, Activity: null)
            : new Sent(answer.IsCreated ? Outcome.New : Outcome.Known, answer.Read<ActivityDetails>())
            {
                Laps = activity.Track.RouteSeed == DemoSegment.Loop.RouteSeed ? activity.Track.Laps : 0,
            };
    }
}
