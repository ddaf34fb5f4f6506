using System.Net;
using Strava.Testing;

namespace Strava.EndToEnd;

public sealed class WhoSeesItTests : Scenario
{
    [TestCase("EVERYONE", true, true)]
    [TestCase("FRIENDS", true, false)]
    [TestCase("ONLY_ME", false, false)]
    public async Task A_friend_and_a_stranger_see_what_the_visibility_says(
        string visibility, bool friendSees, bool strangerSees)
    {
        var (athlete, friend, stranger) = await ThreeAsync();
        var id = Guid.CreateVersion7();
        (await athlete.UploadAsync(id, Recording.North(visibility: visibility))).Expect(HttpStatusCode.Created);

        // The oracle's stillness is the proof that what is not shown is not merely late.
        await AssertNoDifferenceAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await athlete.ListsAsync("USER", id));
            Assert.That(await friend.SeesInFeedAsync(id), Is.EqualTo(friendSees));
            Assert.That(await stranger.SeesInFeedAsync(id), Is.False);
            Assert.That((await friend.GetAsync($"/activities/{id}")).Status, Is.EqualTo(Found(friendSees)));
            Assert.That((await stranger.GetAsync($"/activities/{id}")).Status, Is.EqualTo(Found(strangerSees)));
            Assert.That((await stranger.GetAsync($"/activities/{id}/streams")).Status, Is.EqualTo(Found(strangerSees)));
        }
    }

    [Test]
    public async Task One_who_has_only_asked_is_no_friend_yet()
    {
        var athlete = await Person.NewAsync("asked");
        var asking = await Person.NewAsync("asking");
        Assert.That((await asking.PutAsync($"/athletes/me/friends/{athlete.Id}")).IsSuccess);
        var id = Guid.CreateVersion7();
        (await athlete.UploadAsync(id, Recording.North(visibility: "FRIENDS"))).Expect(HttpStatusCode.Created);

        await AssertNoDifferenceAsync();
        Assert.That(await asking.SeesInFeedAsync(id), Is.False);
        (await asking.GetAsync($"/activities/{id}")).Expect(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task A_former_friend_sees_nothing_any_more()
    {
        var (athlete, friend, _) = await ThreeAsync();
        var id = Guid.CreateVersion7();
        (await athlete.UploadAsync(id, Recording.North(visibility: "FRIENDS"))).Expect(HttpStatusCode.Created);
        await Eventually.HoldsAsync(() => friend.SeesInFeedAsync(id));

        (await friend.DeleteAsync($"/athletes/me/friends/{athlete.Id}")).Expect(HttpStatusCode.NoContent);

        await Eventually.HoldsAsync(async () => !await friend.SeesInFeedAsync(id));
        await Eventually.HoldsAsync(
            async () => (await friend.GetAsync($"/activities/{id}")).Status == HttpStatusCode.NotFound);
    }

    [Test]
    public async Task A_board_shows_the_viewer_until_the_activity_is_hidden_and_again_when_it_is_shown()
    {
        var athlete = await Person.NewAsync("board");
        var id = Guid.CreateVersion7();
        var ride = Recording.North(50, "RIDE");
        (await athlete.UploadAsync(id, ride)).Expect(HttpStatusCode.Created);
        await Eventually.GivesAsync(() => athlete.OnBoardAsync("RIDE"), distance => distance == 556.0);
        await Eventually.GivesAsync(
            () => athlete.OnBoardAsync("RIDE", "global", $"week&period={ride.Week}"), distance => distance == 556.0);

        (await athlete.PatchAsync($"/activities/{id}", new { visibility = "FRIENDS" })).Expect(HttpStatusCode.OK);
        await Eventually.HoldsAsync(async () => await athlete.OnBoardAsync("RIDE") is null);
        await AssertNoDifferenceAsync();

        (await athlete.PatchAsync($"/activities/{id}", new { visibility = "EVERYONE" })).Expect(HttpStatusCode.OK);
        await Eventually.GivesAsync(() => athlete.OnBoardAsync("RIDE"), distance => distance == 556.0);
    }

    [Test]
    public async Task A_corrected_sport_moves_to_the_other_board()
    {
        var athlete = await Person.NewAsync("sport");
        var id = Guid.CreateVersion7();
        (await athlete.UploadAsync(id, Recording.North(25))).Expect(HttpStatusCode.Created);
        await Eventually.GivesAsync(() => athlete.OnBoardAsync("RUN"), distance => distance == 278.0);

        (await athlete.PatchAsync($"/activities/{id}", new { type = "RIDE", name = "it was a ride" }))
            .Expect(HttpStatusCode.OK);

        await Eventually.GivesAsync(() => athlete.OnBoardAsync("RIDE"), distance => distance == 278.0);
        await Eventually.HoldsAsync(async () => await athlete.OnBoardAsync("RUN") is null);
    }

    [Test]
    public async Task A_move_to_another_country_moves_the_entry()
    {
        var athlete = await Person.NewAsync("moving");
        (await athlete.UploadAsync(Guid.CreateVersion7(), Recording.North(25))).Expect(HttpStatusCode.Created);
        await Eventually.GivesAsync(() => athlete.OnBoardAsync("RUN"), distance => distance == 278.0);

        (await athlete.PatchAsync("/athletes/me", new { country = "IT" })).Expect(HttpStatusCode.OK);

        await Eventually.GivesAsync(() => athlete.OnBoardAsync("RUN", "country:IT"), distance => distance == 278.0);
        await Eventually.HoldsAsync(async () => await athlete.OnBoardAsync("RUN") is null);
    }

    [Test]
    public async Task A_deleted_activity_is_gone_everywhere()
    {
        var (athlete, friend, stranger) = await ThreeAsync();
        var (kept, deleted) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        (await athlete.UploadAsync(kept, Recording.North(10, "RIDE"))).Expect(HttpStatusCode.Created);
        (await athlete.UploadAsync(deleted, Recording.North(20, "RIDE"))).Expect(HttpStatusCode.Created);
        await Eventually.HoldsAsync(() => friend.SeesInFeedAsync(deleted));
        await Eventually.GivesAsync(() => athlete.OnBoardAsync("RIDE"), distance => distance == 333.6);

        (await athlete.DeleteAsync($"/activities/{deleted}")).Expect(HttpStatusCode.NoContent);

        foreach (var viewer in new[] { athlete, friend, stranger })
        {
            (await viewer.GetAsync($"/activities/{deleted}")).Expect(HttpStatusCode.NotFound);
            (await viewer.GetAsync($"/activities/{deleted}/streams")).Expect(HttpStatusCode.NotFound);
        }

        Assert.That(await athlete.ListsAsync("USER", deleted), Is.False);
        await Eventually.HoldsAsync(async () => !await friend.SeesInFeedAsync(deleted));
        await Eventually.GivesAsync(() => athlete.OnBoardAsync("RIDE"), distance => distance == 111.2);
        Assert.That(await friend.SeesInFeedAsync(kept));
    }

    private static HttpStatusCode Found(bool sees) => sees ? HttpStatusCode.OK : HttpStatusCode.NotFound;

    private static async Task<(Person Athlete, Person Friend, Person Stranger)> ThreeAsync()
    {
        var athlete = await Person.NewAsync("ana");
        var friend = await Person.NewAsync("bor");
        var stranger = await Person.NewAsync("cal", "US");
        await athlete.BefriendAsync(friend);
        return (athlete, friend, stranger);
    }
}
