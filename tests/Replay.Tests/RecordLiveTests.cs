using System.Net;
using System.Text;
using System.Text.Json;
using Strava.Contracts;
using Strava.Contracts.Rest;
using Strava.Contracts.Timing;
using Strava.Replay.Demo;
using Strava.Replay.Gateway;

namespace Strava.Replay.Tests;

internal sealed class RecordLiveTests
{
    private static readonly DemoAthlete Athlete = DemoAthlete.All[0];
    private static readonly DateTimeOffset Morning = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);

    [Test]
    public async Task Points_and_presses_come_in_the_order_of_their_times_and_lie_in_the_past()
    {
        using var stack = new FakeStack();
        var sent = await RecordAsync(stack, Morning);
        var times = stack.Writes.Select(TimeOf).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(sent.Outcome, Is.EqualTo(Outcome.New));
            Assert.That(times, Is.Ordered);
            Assert.That(times, Is.All.LessThanOrEqualTo(Morning));
            Assert.That(stack.Writes.Count(write => write.Contains("PATCH", StringComparison.Ordinal)), Is.EqualTo(5));
            Assert.That(stack.Writes[^1], Does.Contain("COMPLETE"));
        }
    }

    [Test]
    public async Task A_run_that_broke_off_is_taken_up_with_the_very_same_requests()
    {
        using var whole = new FakeStack();
        await RecordAsync(whole, Morning);
        using var stack = new FakeStack { BreaksAfter = 30 };
        Assert.That(() => RecordAsync(stack, Morning), Throws.InstanceOf<ReplayFailureException>());

        stack.BreaksAfter = int.MaxValue;
        var sent = await RecordAsync(stack, Morning.AddHours(3));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(sent.Outcome, Is.EqualTo(Outcome.New));
            Assert.That(stack.Writes.Distinct(), Is.EqualTo(whole.Writes));
        }
    }

    [Test]
    public async Task One_that_is_complete_is_not_sent_again()
    {
        using var stack = new FakeStack();
        await RecordAsync(stack, Morning);
        var writes = stack.Writes.Count;
        var sent = await RecordAsync(stack, Morning.AddHours(1));
        Assert.That((sent.Outcome, stack.Writes.Count), Is.EqualTo((Outcome.Known, writes)));
    }

    [Test]
    public async Task One_that_was_deleted_is_left_alone()
    {
        using var stack = new FakeStack { IsDeleted = true };
        var sent = await RecordAsync(stack, Morning);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(sent, Is.EqualTo(new Sent(Outcome.LeftAlone, Activity: null)));
            Assert.That(stack.Writes, Is.Empty);
        }
    }

    private static async Task<Sent> RecordAsync(FakeStack stack, DateTimeOffset now)
    {
        var gateway = new GatewayClient(new Uri("http://gateway.test"), stack, TimeProvider.System);
        var session = await AthleteSession.OpenAsync(gateway, new TokenRequest(Athlete.Name), CancellationToken.None);
        return await RecordLive.RecordAsync(session, Athlete, now, CancellationToken.None);
    }

    private static DateTimeOffset TimeOf(string write)
    {
        var body = JsonDocument.Parse(write[write.IndexOf('{', StringComparison.Ordinal)..]).RootElement;
        var timed = body.TryGetProperty("location", out var location) ? location : body;
        return timed.GetProperty("at").GetDateTimeOffset();
    }

    /// <summary>
    /// As much of the stack as one live recording needs: it keeps the start, and every write as it came.
    /// </summary>
    private sealed class FakeStack : HttpMessageHandler
    {
        private CreateActivity? _created;

        public List<string> Writes { get; } = [];

        public int BreaksAfter { get; set; } = int.MaxValue;

        public bool IsDeleted { get; init; }

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var body = await request.Content!.ReadAsStringAsync(cancellationToken);
            switch (request.RequestUri!.AbsolutePath)
            {
                case "/dev/token":
                    return Answer(HttpStatusCode.OK, new { accessToken = "t", athleteId = Guid.AllBitsSet });
                case "/activities" when IsDeleted:
                    return Answer(HttpStatusCode.Conflict, new { detail = "It is gone." });
                case "/activities":
                    var status = _created is null ? HttpStatusCode.Created : HttpStatusCode.OK;
                    _created ??= JsonSerializer.Deserialize<CreateActivity>(body, GatewayClient.Json)!;
                    return Answer(status, Details(_created));
                default:
                    if (Writes.Count >= BreaksAfter)
                    {
                        return Answer(HttpStatusCode.InternalServerError, new { detail = "Broken." });
                    }

                    Writes.Add($"{request.Method} {request.RequestUri.AbsolutePath} {body}");
                    return Answer(HttpStatusCode.OK, new { });
            }
        }

        private ActivityDetails Details(CreateActivity created) => new()
        {
            Id = created.Id!.Value,
            AthleteId = Guid.AllBitsSet,
            Type = created.Type!.Value,
            Name = created.Name!,
            Visibility = Visibility.Everyone,
            State = Writes.Count > 0 && Writes[^1].Contains("COMPLETE", StringComparison.Ordinal)
                ? ActivityState.Complete
                : ActivityState.Started,
            StartedAt = created.StartedAt,
            Version = 1,
            StateLog = [],
            Pauses = [],
            Route = new RouteEntry(""),
        };

        private static HttpResponseMessage Answer<T>(HttpStatusCode status, T body) => new(status)
        {
            Content = new StringContent(
                JsonSerializer.Serialize(body, GatewayClient.Json), Encoding.UTF8, "application/json"),
        };
    }
}
