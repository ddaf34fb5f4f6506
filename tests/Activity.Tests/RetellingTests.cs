using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Strava.Activities.Relay;
using Strava.Activities.Sharding;
using Strava.Contracts;
using Strava.Contracts.Messages;
using Strava.Core.Bus;
using static Strava.Activities.Tests.ActivityFixture;

namespace Strava.Activities.Tests;

/// <summary>What a rebuild is told when it asks.</summary>
[Category("Integration")]
public sealed class RetellingTests
{
    [Test]
    public async Task Each_saved_activity_is_told_once_and_as_it_is()
    {
        var athlete = Athlete();
        var (shown, hidden, deleted) = (await SavedAsync(athlete), await SavedAsync(athlete), await SavedAsync(athlete));
        var open = Guid.Parse(await StartedAsync(athlete));
        await JsonAsync(athlete.PatchAsJsonAsync($"/activities/{hidden}", new { visibility = "ONLY_ME", name = "mine" }), 200);
        await JsonAsync(athlete.DeleteAsync($"/activities/{deleted}"), 204);

        var told = await AllAsync(tracks: true);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(told.SelectMany(answer => answer.Unreadable).Contains(shown), Is.False);
            Assert.That(told.SelectMany(answer => answer.Activities).Select(activity => activity.ActivityId), Is.Unique);
            var one = told.SelectMany(answer => answer.Activities).Single(activity => activity.ActivityId == hidden);
            Assert.That((one.Name, one.Visibility), Is.EqualTo(("mine", Visibility.OnlyMe)));
            Assert.That(told.SelectMany(answer => answer.Deletions).Count(deletion => deletion.ActivityId == deleted), Is.EqualTo(1));
            Assert.That(told.SelectMany(answer => answer.Activities).Any(activity => activity.ActivityId == open), Is.False);
            var tracks = told.SelectMany(answer => answer.Tracks).ToDictionary(track => track.ActivityId);
            Assert.That(tracks[shown].Points, Is.Not.Null);
            Assert.That(tracks.ContainsKey(hidden), Is.False);
        }

        var plain = await AllAsync(tracks: false);
        Assert.That(plain.SelectMany(answer => answer.Tracks), Is.Empty);
        Assert.That(
            plain.SelectMany(answer => answer.Activities).Single(activity => activity.ActivityId == shown),
            Is.EqualTo(told.SelectMany(answer => answer.Activities).Single(activity => activity.ActivityId == shown)));
    }

    [Test]
    public async Task The_points_of_an_archived_activity_are_fetched_for_who_wants_tracks()
    {
        await using var world = await ArchiveWorld.OpenAsync();
        var athlete = world.Athlete();
        var id = Guid.Parse(await ArchiveWorld.RecordedAsync(athlete));
        await JsonAsync(athlete.PatchAsJsonAsync($"/activities/{id}", new { visibility = "EVERYONE" }), 200);
        var retelling = new Retelling(world.Services.GetRequiredService<Shards>());
        var before = (await retelling.TellAsync(Wanted(Guid.Empty, tracks: true), default)).Tracks.Single();

        await world.CommandAsync("--archive");
        Assert.That(await world.ArchivedEventsAsync(), Is.Positive);
        Assert.That((await retelling.TellAsync(Wanted(Guid.Empty, tracks: true), default)).Tracks.Single(), Is.EqualTo(before));
    }

    private static ActivitiesWanted Wanted(Guid after, bool tracks) =>
        new() { RebuildId = Guid.NewGuid(), Queue = Subscriptions.Feed, After = after, Tracks = tracks };

    /// <summary>Question after question, as a service asks.</summary>
    private static async Task<List<ActivitiesTold>> AllAsync(bool tracks)
    {
        var retelling = new Retelling(Services.GetRequiredService<Shards>());
        var answers = new List<ActivitiesTold>();
        do
        {
            answers.Add(await retelling.TellAsync(Wanted(answers.LastOrDefault()?.UpTo ?? Guid.Empty, tracks), default));
        }
        while (!answers[^1].IsLast);
        return answers;
    }

    private static async Task<Guid> SavedAsync(HttpClient athlete)
    {
        var id = Guid.CreateVersion7();
        await JsonAsync(athlete.PutAsJsonAsync($"/activities/{id}/recording", Recording(seconds: 60)), 201);
        return id;
    }
}
