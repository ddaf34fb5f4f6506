using Strava.Testing;

namespace Strava.Access;

/// <summary>The page at /docs as somebody uses it: a real browser, within the gateway's own security headers.</summary>
[Category("EndToEnd")]
public sealed class DocsPageTests
{
    /// <summary>In an order in which each finds what the ones before it have made.</summary>
    private static readonly string[] Order =
    [
        "Welcome", "IssueDevelopmentToken", "CreateActivity", "RecordRoute", "GetActivity", "ChangeActivity",
        "GetActivityStreams", "ExportActivity", "ListActivities", "ListFriendsActivities", "ListTitleChanges", "PutRecording",
        "ImportActivity", "GetPlaceBoard",
        "CreateClub", "ListClubs", "GetClub", "JoinClub", "GetClubBoard", "LeaveClub",
        "CreateChallenge", "ListChallenges", "GetChallenge", "JoinChallenge", "GetChallengeBoard", "GetChallengeRank",
        "LeaveChallenge",
        "CreateSegment", "ListSegments", "GetSegment", "ChangeSegment", "GetLocalLegend", "GetLegendHistogram",
        "GetSegmentBoard", "ListSegmentEfforts", "OptOutOfLegends", "GetLegendOptOut", "OptInToLegends",
        "ChangeProfile", "GetProfile", "PutFriend", "GetFriend", "ListFriends",
        "DeleteFriend", "DeleteActivity", "GetIssuer", "GetIssuerKeys",
    ];

    [Test]
    public async Task Every_operation_can_be_tried_and_works()
    {
        await using var browser = await Browser.OpenAsync(new Uri(World.Stack["gateway"].Url, "/docs"));
        await Eventually.GivesAsync(
            async () => (int?)await browser.AskAsync("document.querySelectorAll('section').length"),
            sections => sections == Documents.Services.Length);
        var drawn = await browser.AskAsync(
            "[...document.querySelectorAll('details')].map(one => one.id).filter(id => id)");
        Assert.That(drawn!.AsArray().Select(id => (string)id!), Is.EquivalentTo(Order));
        foreach (var operation in Order)
        {
            // A segment that was just made is looked through for a moment before it has a legend.
            var shown = await Eventually.GivesAsync(
                async () => (string)(await browser.AskAsync(TryIt(operation)))!,
                shown => !shown.Contains("segment-backfilling", StringComparison.Ordinal));
            Assert.That(shown, Does.Match("^20[014] /"), operation);
        }

        // Nobody has drawn an icon for it, and browsers ask.
        browser.Complaints.RemoveAll(complaint => complaint.Contains("favicon", StringComparison.Ordinal));

        // The moment of above, told by the browser too.
        browser.Complaints.RemoveAll(complaint => complaint.Contains("status of 503", StringComparison.Ordinal)
            && complaint.Contains("/local-legend\"", StringComparison.Ordinal));
        Assert.That(browser.Complaints, Is.Empty);
    }

    /// <summary>Opens the operation, presses its button, and gives what it then shows.</summary>
    private static string TryIt(string operation) =>
        $$"""
          (async () => {
            const one = document.getElementById('{{operation}}');
            one.open = true;
            const tick = () => new Promise(done => setTimeout(done, 25));
            for (let i = 0; i < 200 && !one.querySelector('button'); i++) await tick();
            one.querySelector('button').click();
            for (let i = 0; i < 800 && !one.querySelector('pre').textContent; i++) await tick();
            return one.querySelector('pre').textContent;
          })()
          """;
}
