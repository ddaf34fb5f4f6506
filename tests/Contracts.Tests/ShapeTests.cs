using System.Text.Json;
using Strava.Contracts.Rest;
using Strava.Contracts.Sports;
using Strava.Contracts.Timing;
using Strava.Contracts.Tracks;

namespace Strava.Contracts.Tests;

public sealed class ShapeTests
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    [Test]
    public void Details_have_the_pinned_members()
    {
        var log = StateLog.Empty.AppendRange([
            new(Transition.Started, Any.DayMs), new(Transition.Paused, Any.DayMs + 10_000),
            new(Transition.Resumed, Any.DayMs + 20_500), new(Transition.Stopped, Any.DayMs + 30_000)]);
        var points = TrackOrder.Merge(
            [new TrackChunk(1, [new(Any.DayMs, 46_000_000, 14_000_000), new(Any.DayMs + 10_000, 46_000_300, 14_000_000)])], log);
        var figures = TrackStatistics.Compute(Sport.Run, log, points, 0);
        var details = new ActivityDetails
        {
            Id = Guid.Empty,
            AthleteId = Guid.Empty,
            Type = Sport.Run,
            Name = "n",
            Visibility = Visibility.OnlyMe,
            State = log.State,
            StartedAt = DateTimeOffset.FromUnixTimeMilliseconds(Any.DayMs),
            Version = 7,
            StateLog = [.. log.Changes.Select(StateLogEntry.From)],
            Pauses = [.. log.Pauses.Select(pause => PauseEntry.Of(pause, 0))],
            Route = new RouteEntry("_p~iF~ps|U"),
        }.With(figures);
        var json = JsonSerializer.Serialize(details, Web);
        Assert.That(json, Is.EqualTo(
            """
            {"id":"00000000-0000-0000-0000-000000000000","athleteId":"00000000-0000-0000-0000-000000000000","type":"RUN",
            "name":"n","description":null,"visibility":"ONLY_ME","state":"STOPPED","startedAt":"2026-11-22T00:00:00.000Z",
            "completedAt":null,"timeZone":null,"distanceMeters":33.359,"totalSeconds":30,"activeSeconds":19.5,"movingSeconds":19.5,
            "elevationGainMeters":0,"elevationLossMeters":0,"averageSpeedMetersPerSecond":1.711,"pointCount":2,"version":7,
            "stateLog":[{"state":"STARTED","at":"2026-11-22T00:00:00.000Z"},{"state":"PAUSED","at":"2026-11-22T00:00:10.000Z"},
            {"state":"RESUMED","at":"2026-11-22T00:00:20.500Z"},{"state":"STOPPED","at":"2026-11-22T00:00:30.000Z"}],
            "pauses":[{"from":"2026-11-22T00:00:10.000Z","to":"2026-11-22T00:00:20.500Z","seconds":10.5}],
            "splits":[{"index":1,"distanceMeters":33.359,"activeSeconds":10,"elevationGainMeters":null}],
            "route":{"polyline":"_p~iF~ps|U"}}
            """.ReplaceLineEndings(string.Empty)));
    }

    [Test]
    public void Details_tell_miles_efforts_and_top_speed_once_they_are_worked_out()
    {
        var log = StateLog.Empty.AppendRange([new(Transition.Started, 0), new(Transition.Complete, 135_000)]);
        TrackPoint[] track = [.. Enumerable.Range(0, 10).Select(i =>
            new TrackPoint(15_000 * i, 46_000_000 + (i * 449), 14_000_000, 10_000 + (i * 100)))];
        var points = TrackOrder.Merge([new TrackChunk(1, track)], log);
        var details = new ActivityDetails
        {
            Id = Guid.Empty,
            AthleteId = Guid.Empty,
            Type = Sport.Run,
            Name = "n",
            Visibility = Visibility.OnlyMe,
            State = log.State,
            Version = 7,
            StateLog = [],
            Pauses = [],
            Route = new RouteEntry(string.Empty),
        }.With(TrackStatistics.Compute(Sport.Run, log, points, 0)).With(TrackAnalytics.Of(Sport.Run, log, points));
        var json = JsonSerializer.SerializeToElement(details, Web);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(json.GetProperty("elevationSource").GetString(), Is.EqualTo("GPS"));
            Assert.That(json.GetProperty("maxSpeedMetersPerSecond").GetDouble(), Is.EqualTo(3.328));
            Assert.That(json.GetProperty("bestEfforts").GetRawText(), Is.EqualTo(
                """[{"name":"400 m","distanceMeters":400,"elapsedSeconds":120.176,"startSecond":0}]"""));
            Assert.That(json.GetProperty("splitsMiles").GetRawText(), Is.EqualTo(
                """
                [{"index":1,"distanceMeters":449.343,"activeSeconds":135,"movingSeconds":135,"averageSpeedMetersPerSecond":3.328,
                "elevationGainMeters":5.02,"elevationChangeMeters":7}]
                """.ReplaceLineEndings(string.Empty)));
            Assert.That(json.GetProperty("splits")[0].GetProperty("movingSeconds").GetDouble(), Is.EqualTo(135));
        }
    }

    [Test]
    public void A_channel_that_no_point_has_is_absent_from_the_streams()
    {
        var log = StateLog.Empty.Append(new(Transition.Started, Any.DayMs));
        TrackPoint[] points = [
            new(Any.DayMs, 46_000_000, 14_000_001, HeartRate: 120),
            new(Any.DayMs + 2_500, 46_000_100, 14_000_001)];
        var streams = ActivityStreams.From(Sport.Run, Any.DayMs, TrackOrder.Merge([new TrackChunk(1, points)], log));
        Assert.That(JsonSerializer.Serialize(streams, Web), Is.EqualTo(
            """{"time":[0,2.5],"latlng":[[46,14.000001],[46.0001,14.000001]],"distance":[0,11.12],"heartRate":[120,null]}"""));
    }

    [Test]
    public void A_board_has_the_pinned_members()
    {
        var board = new PlaceBoard
        {
            Board = new()
            {
                Sport = Sport.Ride,
                Place = "country:SI",
                Window = "week",
                Period = "2026-W47",
                AsOf = DateTimeOffset.FromUnixTimeMilliseconds(Any.DayMs),
                Stale = false,
            },
            Entries = [new() { Rank = 1, AthleteId = Guid.Empty, AthleteName = "ana", DistanceMeters = 1.5, Activities = 2 }],
            Viewer = null,
            Total = 1,
        };
        Assert.That(JsonSerializer.Serialize(board, Web), Is.EqualTo(
            """
            {"board":{"sport":"RIDE","place":"country:SI","window":"week","period":"2026-W47","asOf":"2026-11-22T00:00:00.000Z",
            "stale":false},"entries":[{"rank":1,"athleteId":"00000000-0000-0000-0000-000000000000","athleteName":"ana",
            "distanceMeters":1.5,"activities":2}],"viewer":null,"total":1}
            """.ReplaceLineEndings(string.Empty)));
    }
}
