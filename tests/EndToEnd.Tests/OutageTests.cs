using System.Collections.Concurrent;
using System.Net;
using Strava.Testing;

namespace Strava.EndToEnd;

[NonParallelizable]
public sealed class OutageTests : Scenario
{
    [Test]
    public async Task The_broker_killed_in_the_middle_of_uploads_loses_nothing_and_fails_no_upload()
    {
        var athlete = await Person.NewAsync("no-broker");
        var friend = await Person.NewAsync("waiting");
        await athlete.BefriendAsync(friend);
        using var enough = new CancellationTokenSource();
        var uploads = UploadUntilAsync(athlete, enough.Token);

        await UploadsReachAsync(uploads.Done, 5);
        await Platform.Current.RabbitMq.KillAsync();
        await UploadsReachAsync(uploads.Done, uploads.Done.Count + 20);
        await Platform.Current.RabbitMq.StartAsync();
        await UploadsReachAsync(uploads.Done, uploads.Done.Count + 5);
        await enough.CancelAsync();
        await uploads.All;

        Assert.That(uploads.Done.Select(upload => upload.Answer.Status), Is.All.EqualTo(HttpStatusCode.Created));
        await AssertNoDifferenceAsync();
        Assert.That(await friend.SeesInFeedAsync(uploads.Done.Last().Id));
    }

    [Test]
    public async Task What_the_activity_service_has_acknowledged_outlives_its_kill()
    {
        var athlete = await Person.NewAsync("killed");
        using var enough = new CancellationTokenSource();
        var uploads = UploadUntilAsync(athlete, enough.Token);

        await UploadsReachAsync(uploads.Done, 10);
        await Platform.Current["activity"].KillAsync();
        await Task.Delay(300);
        await Platform.Current["activity"].StartAsync();
        await UploadsReachAsync(uploads.Done, uploads.Done.Count + 10);
        await enough.CancelAsync();
        await uploads.All;

        // A phone sends again what got no answer, with the same id: then it is there once, whether or not it was
        // before.
        var acknowledged = uploads.Done.Where(upload => upload.Answer.IsSuccess).ToList();
        var unknown = uploads.Done.Where(upload => !upload.Answer.IsSuccess).ToList();
        await TestContext.Out.WriteLineAsync($"{acknowledged.Count} acknowledged, {unknown.Count} without an answer");
        foreach (var (id, recording, _) in acknowledged)
        {
            var stored = (await athlete.GetAsync($"/activities/{id}")).Expect(HttpStatusCode.OK);
            Assert.That(stored.Number("pointCount"), Is.EqualTo(recording.Points.Count));
        }

        Assert.That(unknown.Select(upload => (int)upload.Answer.Status), Is.All.AnyOf(502, 503, 504));
        foreach (var (id, recording, _) in unknown)
        {
            Assert.That((await athlete.UploadAsync(id, recording)).IsSuccess);
        }
    }

    [TestCase("feed")]
    [TestCase("leaderboard")]
    public async Task A_projector_killed_in_the_middle_catches_up(string service)
    {
        var athlete = await Person.NewAsync("projected");
        var friend = await Person.NewAsync("reader");
        await athlete.BefriendAsync(friend);
        using var enough = new CancellationTokenSource();
        var uploads = UploadUntilAsync(athlete, enough.Token);

        await UploadsReachAsync(uploads.Done, 10);
        await Platform.Current[service].KillAsync();
        await UploadsReachAsync(uploads.Done, uploads.Done.Count + 10);
        await Platform.Current[service].StartAsync();
        await enough.CancelAsync();
        await uploads.All;

        Assert.That(uploads.Done.Select(upload => upload.Answer.Status), Is.All.EqualTo(HttpStatusCode.Created));
    }

    [Test]
    public async Task A_wiped_Redis_is_filled_again_from_the_ledger()
    {
        var athlete = await Person.NewAsync("wiped");
        (await athlete.UploadAsync(Guid.CreateVersion7(), Recording.North(25))).Expect(HttpStatusCode.Created);
        await Eventually.GivesAsync(() => athlete.OnBoardAsync("RUN"), distance => distance == 278.0);

        await Platform.Current.Redis.ToolAsync("FLUSHALL");

        await Eventually.GivesAsync(
            () => athlete.OnBoardAsync("RUN"), distance => distance == 278.0, TimeSpan.FromSeconds(60));
    }

    [Test]
    public async Task A_killed_Redis_fails_no_upload_and_is_right_again_when_it_is_back()
    {
        var athlete = await Person.NewAsync("no-redis");
        (await athlete.UploadAsync(Guid.CreateVersion7(), Recording.North(25))).Expect(HttpStatusCode.Created);

        await Platform.Current.Redis.KillAsync();
        (await athlete.UploadAsync(Guid.CreateVersion7(), Recording.North(25))).Expect(HttpStatusCode.Created);
        await Platform.Current.Redis.StartAsync();

        await Eventually.GivesAsync(
            () => athlete.OnBoardAsync("RUN"), distance => distance == 556.0, TimeSpan.FromSeconds(60));
    }

    private static (ConcurrentQueue<(Guid Id, Recording Recording, Answer Answer)> Done, Task All) UploadUntilAsync(
        Person athlete, CancellationToken enough)
    {
        const int Phones = 3;
        const int MostUploads = 250;
        var done = new ConcurrentQueue<(Guid, Recording, Answer)>();
        return (done, Task.WhenAll(Enumerable.Range(0, Phones).Select(_ => PhoneAsync())));

        async Task PhoneAsync()
        {
            for (var sent = 0; sent < MostUploads && !enough.IsCancellationRequested; sent++)
            {
                var (id, recording) = (Guid.CreateVersion7(), Recording.North(12));
                done.Enqueue((id, recording, await athlete.UploadAsync(id, recording)));
                await Task.Delay(150, CancellationToken.None);
            }
        }
    }

    private static Task UploadsReachAsync(ConcurrentQueue<(Guid, Recording, Answer Answer)> done, int count) =>
        Eventually.HoldsAsync(() => done.Count >= count, TimeSpan.FromSeconds(30));
}
