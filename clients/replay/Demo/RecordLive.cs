using Strava.Contracts.Rest;
using Strava.Contracts.Timing;
using Strava.Replay.Gateway;
using Strava.Replay.Generation;

namespace Strava.Replay.Demo;

/// <summary>
/// An activity recorded live, the way a phone with a connection does it: created and started, then points and presses
/// of the button in the order of their times. Safe to repeat, also after a run that broke off: the stack's answer says
/// when it started, from which all else follows.
/// </summary>
internal static class RecordLive
{
    public static async Task<Sent> RecordAsync(
        AthleteSession session, DemoAthlete athlete, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var proposed = PlannedActivity.Live(athlete, today, StartToEndNow(athlete, today, now));
        var answer = await session.PostAsync("/activities", Creation(proposed, athlete), cancellationToken);
        if (answer.IsConflict)
        {
            return new Sent(Outcome.LeftAlone, Activity: null);
        }

        var created = answer.Read<ActivityDetails>();
        if (created.State == ActivityState.Complete)
        {
            return new Sent(Outcome.Known, created);
        }

        var startAtMs = created.StartedAt?.ToUnixTimeMilliseconds() ?? proposed.Track.StartAtMs;
        var track = TrackGenerator.Generate(PlannedActivity.Live(athlete, today, startAtMs).Track);
        await PlayAsync(session, proposed.Id, track, cancellationToken);
        return new Sent(Outcome.New, created);
    }

    private static CreateActivity Creation(PlannedActivity proposed, DemoAthlete athlete) => new()
    {
        Type = proposed.Track.Sport,
        Id = proposed.Id,
        Name = proposed.Name,
        Visibility = proposed.Visibility,
        TimeZone = athlete.TimeZone,
        StartedAt = DateTimeOffset.FromUnixTimeMilliseconds(proposed.Track.StartAtMs),
    };

    private static async Task PlayAsync(
        AthleteSession session, Guid id, GeneratedTrack track, CancellationToken cancellationToken)
    {
        var next = 0;
        foreach (var change in track.StateLog)
        {
            for (; next < track.Points.Count && track.Points[next].AtMs < change.AtMs; next++)
            {
                var point = new PostRoute { Location = PointDto.From(track.Points[next]) };
                (await session.PostAsync($"/activities/{id}/routes", point, cancellationToken)).OrFail();
            }

            var at = DateTimeOffset.FromUnixTimeMilliseconds(change.AtMs);
            var press = new PatchActivity { State = change.State, At = at };
            (await session.PatchAsync($"/activities/{id}", press, cancellationToken)).OrFail();
        }
    }

    // Played in seconds, yet all its times lie in the past: a server refuses points from the future.
    private static long StartToEndNow(DemoAthlete athlete, DateOnly today, DateTimeOffset now)
    {
        var fromZero = TrackGenerator.Generate(PlannedActivity.Live(athlete, today, startAtMs: 0).Track);
        return now.ToUnixTimeMilliseconds() - fromZero.StateLog[^1].AtMs;
    }
}
