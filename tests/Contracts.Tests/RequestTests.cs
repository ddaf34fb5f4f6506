using System.Text.Json;
using Strava.Contracts.Rest;
using Strava.Contracts.Sports;
using Strava.Contracts.Timing;
using Strava.Contracts.Tracks;

namespace Strava.Contracts.Tests;

public sealed class RequestTests
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);
    private static readonly string LongName = new('n', 201);

    [TestCase("""{"type": "RUN"}""", null, null)]
    [TestCase("""{"type": "RIDE", "id": "019b0000-0000-7000-8000-000000000001", "name": "n", "startedAt": "2026-11-22T08:04:59Z"}""", null, null)]
    [TestCase("""{}""", 400, "type")]
    [TestCase("""{"type": null}""", 400, "type")]
    [TestCase("""{"type": "RUN", "startedAt": "2026-11-22T08:05:00.001Z"}""", 422, "startedAt")]
    [TestCase("""{"type": "RUN", "startedAt": "1999-12-31T23:59:59.999Z"}""", 422, "startedAt")]
    [TestCase("""{"type": "RUN", "name": "a\u0000b"}""", 422, "name")]
    [TestCase("""{"type": "RUN", "name": " "}""", 422, "name")]
    [TestCase("""{"type": "RUN", "timeZone": "../../etc/passwd"}""", 422, "timeZone")]
    [TestCase("""{"type": "RUN", "id": "00000000-0000-0000-0000-000000000000"}""", 422, "id")]
    [TestCase("""{"name": "a\u0000b"}""", 400, "type", Description = "unreadable wins over impossible")]
    public void Creating(string json, int? status, string? field) =>
        Judge(Read<CreateActivity>(json).Validate(Now), status, field);

    [TestCase("""{"type": "SWIM"}""")]
    [TestCase("""{"type": 1}""")]
    [TestCase("""{"type": "RUN", "colour": "red"}""")]
    [TestCase("""{"type": "RUN", "startedAt": "yesterday"}""")]
    [TestCase("""{"type": "RUN", "startedAt": 1795305600000}""")]
    [TestCase("""{"type": "RUN", "startedAt": "9999-12-31T23:59:59.9999999Z"}""")]
    [TestCase("""{"type": "RUN", "id": "7"}""")]
    [TestCase("""{"type": "RUN", "visibility": "NOBODY"}""")]
    public void What_cannot_be_read_fails_in_the_reader(string json) =>
        Assert.That(() => Read<CreateActivity>(json), Throws.InstanceOf<JsonException>());

    [TestCase("""{"state": "PAUSED", "at": "2026-11-22T07:00:00.000Z"}""", null, null)]
    [TestCase("""{"state": "COMPLETE", "expectedChunks": 3, "pointCount": 600}""", null, null)]
    [TestCase("""{"name": "evening"}""", null, null)]
    [TestCase("""{"description": ""}""", null, null)]
    [TestCase("""{}""", 400, "state")]
    [TestCase("""{"name": "n", "at": "2026-11-22T07:00:00.000Z"}""", 400, "at")]
    [TestCase("""{"state": "PAUSED", "pointCount": 3}""", 400, "state")]
    [TestCase("""{"state": "COMPLETE", "pointCount": -3}""", 422, "pointCount")]
    [TestCase("""{"state": "COMPLETE", "contentHash": "XYZ"}""", 422, "contentHash")]
    [TestCase("""{"name": ""}""", 422, "name")]
    public void Patching(string json, int? status, string? field) =>
        Judge(Read<PatchActivity>(json).Validate(Now), status, field);

    [TestCase("""{"location": {"at": "2026-11-22T07:00:00Z", "lat": 46, "lon": 14}}""", null, null)]
    [TestCase("""{"sequence": 0, "points": [{"at": "2026-11-22T07:00:00Z", "lat": -90, "lon": 180}]}""", null, null)]
    [TestCase("""{}""", 400, "location")]
    [TestCase("""{"sequence": 1, "location": {"at": "2026-11-22T07:00:00Z", "lat": 46, "lon": 14}, "points": []}""", 400, "location")]
    [TestCase("""{"points": [{"at": "2026-11-22T07:00:00Z", "lat": 46, "lon": 14}]}""", 400, "sequence")]
    [TestCase("""{"sequence": 1, "points": []}""", 422, "points")]
    [TestCase("""{"sequence": -1, "points": [{"at": "2026-11-22T07:00:00Z", "lat": 46, "lon": 14}]}""", 422, "sequence")]
    [TestCase("""{"sequence": 1000000000000, "points": [{"at": "2026-11-22T07:00:00Z", "lat": 46, "lon": 14}]}""", 422, "sequence")]
    [TestCase("""{"sequence": 1, "points": [null]}""", 400, "points[0]")]
    [TestCase("""{"sequence": 1, "points": [{"at": "2026-11-22T07:00:00Z", "lat": 46, "lon": 14}, {"lat": 46, "lon": 14}]}""", 400, "points[1].at")]
    [TestCase("""{"location": {"at": "2026-11-22T07:00:00Z", "lat": null, "lon": 14}}""", 400, "location.lat")]
    [TestCase("""{"location": {"at": "2026-11-22T07:00:00Z", "lat": 91, "lon": 14}}""", 422, "location.lat")]
    [TestCase("""{"location": {"at": "2026-11-22T07:00:00Z", "lat": 1e999, "lon": 14}}""", 422, "location.lat")]
    [TestCase("""{"location": {"at": "2026-11-22T07:00:00Z", "lat": 46, "lon": -180.0000001}}""", 422, "location.lon")]
    [TestCase("""{"location": {"at": "2026-11-22T09:00:00Z", "lat": 46, "lon": 14}}""", 422, "location.at")]
    public void Sending_points(string json, int? status, string? field) =>
        Judge(Read<PostRoute>(json).Validate(Now), status, field);

    [TestCase("""{"location": {"at": "2026-11-22T07:00:00Z", "lat": "NaN", "lon": 14}}""")]
    [TestCase("""{"location": {"at": "2026-11-22T07:00:00Z", "lat": true, "lon": 14}}""")]
    [TestCase("""{"location": [46, 14]}""")]
    [TestCase("""{"sequence": 1.5, "points": []}""")]
    public void Points_that_cannot_be_read_fail_in_the_reader(string json) =>
        Assert.That(() => Read<PostRoute>(json), Throws.InstanceOf<JsonException>());

    [TestCase("RUN ")]
    [TestCase(" RUN")]
    [TestCase("RUN\\n")]
    [TestCase("RUN,RIDE", Description = "the framework makes a sport of it that is none")]
    [TestCase("RUN, RIDE")]
    [TestCase("")]
    [TestCase("Run\\u0000")]
    [TestCase("\\ud800", Description = "half a pair")]
    [TestCase("1")]
    public void A_word_that_is_not_quite_one_fails_in_the_reader(string word) =>
        Assert.That(() => Read<CreateActivity>($$"""{"type": "{{word}}"}"""), Throws.InstanceOf<JsonException>());

    [Test]
    public void A_word_is_known_by_its_escapes_too() =>
        Assert.That(Read<CreateActivity>("""{"type": "\u0052UN"}""").Type, Is.EqualTo(Sport.Run));

    [Test]
    public void A_number_that_json_cannot_say_is_not_written()
    {
        var point = Read<PointDto>("""{"at": "2026-11-22T07:00:00Z", "lat": 46, "lon": 14, "elevationMeters": 1e999}""");
        Assert.That(JsonSerializer.Serialize(point), Does.Not.Contain("elevationMeters"));
    }

    [Test]
    public void A_point_is_put_on_the_grid_and_implausible_channels_are_dropped()
    {
        var point = Read<PointDto>("""
            {"at": "2026-11-22T08:30:00.1235+01:00", "lat": 46.0512345, "lon": -14.5123455, "elevationMeters": -0.125,
             "accuracyMeters": 1e30, "heartRate": 251, "cadence": 89.6, "powerWatts": -1, "temperatureC": -5}
            """).ToTrackPoint();
        Assert.That(point, Is.EqualTo(new TrackPoint(
            new DateTimeOffset(2026, 11, 22, 7, 30, 0, 124, TimeSpan.Zero).ToUnixTimeMilliseconds(),
            46_051_235, -14_512_346, -13, 100_000_000, null, 90, null, -5)));
    }

    [Test]
    public void A_time_without_a_zone_is_utc() =>
        Assert.That(Read<PointDto>("""{"at": "2026-11-22T08:30:00"}""").At, Is.EqualTo(new DateTimeOffset(2026, 11, 22, 8, 30, 0, TimeSpan.Zero)));

    [Test]
    public void Unknown_members_of_points_are_skipped_and_counted()
    {
        var route = Read<PostRoute>("""
            {"sequence": 1, "battery": 55, "points": [
              {"at": "2026-11-22T07:00:00Z", "mood": {"lat": [1, 2]}, "lat": 46, "lon": 14, "wind": null},
              {"at": "2026-11-22T07:00:01Z", "lat": 46, "lon": 14}]}
            """);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(route.UnknownMembers, Is.EqualTo(3));
            Assert.That(route.Validate(Now).IsValid);
            Assert.That(route.ToChunk().Points[0].LatitudeE6, Is.EqualTo(46_000_000));
        }
    }

    [Test]
    public void A_point_goes_over_the_wire_and_back()
    {
        var point = new TrackPoint(1_795_305_600_123, 46_051_234, -14_512_345, 30_012, 450, 150, 90, 250, -3);
        var json = JsonSerializer.Serialize(PointDto.From(point), Web);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(json, Does.StartWith("""{"at":"2026-11-22T00:00:00.123Z","lat":46.051234,"lon":-14.512345,"elevationMeters":300.12"""));
            Assert.That(Read<PointDto>(json).ToTrackPoint(), Is.EqualTo(point));
        }
    }

    [Test]
    public void A_single_point_is_numbered_by_its_time()
    {
        var chunk = Read<PostRoute>("""{"location": {"at": "2026-11-22T00:00:00.123Z", "lat": 46, "lon": 14}}""").ToChunk();
        Assert.That(chunk.Sequence, Is.EqualTo(1_795_305_600_123));
    }

    [TestCase("""[{"state": "STARTED", "at": "2026-11-22T07:00:00Z"}, {"state": "COMPLETE", "at": "2026-11-22T07:30:00Z"}]""", null, null)]
    [TestCase("null", 400, "stateLog")]
    [TestCase("[]", 422, "stateLog")]
    [TestCase("[null]", 400, "stateLog[0]")]
    [TestCase("""[{"state": "STARTED"}]""", 400, "stateLog[0]")]
    [TestCase("""[{"state": "PAUSED", "at": "2026-11-22T07:00:00Z"}]""", 422, "stateLog[0].state")]
    [TestCase("""[{"state": "STARTED", "at": "2026-11-22T07:00:00Z"}, {"state": "STOPPED", "at": "2026-11-22T06:00:00Z"}]""", 422, "stateLog[1].at")]
    [TestCase("""[{"state": "STARTED", "at": "2030-01-01T07:00:00Z"}]""", 422, "stateLog[0].at")]
    public void Sending_a_recording(string stateLog, int? status, string? field)
    {
        var recording = Read<PutRecording>($$"""{"type": "RUN", "newer": 1, "points": [], "stateLog": {{stateLog}}}""");
        Judge(recording.Validate(Now), status, field);
        Assert.That(recording.UnknownMembers, Is.EqualTo(1));
    }

    [Test]
    public void A_recording_that_was_completed_while_recording_has_the_implied_stop()
    {
        var recording = Read<PutRecording>("""
            {"type": "RUN", "points": [], "stateLog": [
              {"state": "STARTED", "at": "2026-11-22T07:00:00Z"}, {"state": "COMPLETE", "at": "2026-11-22T07:30:00Z"}]}
            """);
        Assert.That(recording.ToStateLog().Changes.Select(change => change.State), Is.EqualTo(
            [Transition.Started, Transition.Stopped, Transition.Complete]));
    }

    [TestCase("""{"country": "SI", "region": "SI-061", "city": "Ljubljana", "timeZone": "Europe/Ljubljana"}""", null, null)]
    [TestCase("""{"country": "", "region": ""}""", null, null)]
    [TestCase("""{"country": "si"}""", 422, "country")]
    [TestCase("""{"region": "California"}""", 422, "region")]
    [TestCase("""{"country": "SI", "region": "US-CA"}""", 422, "region")]
    public void Changing_a_profile(string json, int? status, string? field) =>
        Judge(Read<PatchProfile>(json).Validate(), status, field);

    [Test]
    public void Names_have_a_limit()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(new PatchProfile { Name = LongName }.Validate().StatusCode, Is.EqualTo(422));
            Assert.That(new PatchProfile { Name = LongName[1..] }.Validate().IsValid);
        }
    }

    [Test]
    public void Of_many_faults_the_first_are_told()
    {
        var route = new PostRoute { Sequence = 1, Points = new PointDto?[100_000] };
        Assert.That(route.Validate(Now).Errors, Has.Count.EqualTo(20));
    }

    private static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, Web)!;

    private static void Judge(RequestProblems problems, int? status, string? field)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(problems.StatusCode, Is.EqualTo(status));
            Assert.That(problems.IsValid, Is.EqualTo(status is null));
            if (field is not null)
            {
                Assert.That(problems.Errors, Contains.Key(field));
            }
        }
    }
}
