using Strava.Contracts.Sports;
using Strava.Replay.Gateway;

namespace Strava.Replay.Demo;

/// <summary>
/// <c>Strava.Replay demo</c>: 1. athletes, 2. friendships, 3. recordings and a segment, 4. waits until feed, boards and legend show
/// them, 5. shows them.
/// </summary>
internal sealed class RunDemo(GatewayClient gateway, TimeProvider clock, TextWriter output)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var members = await OpenAsync(cancellationToken);
        await BefriendAsync(members, cancellationToken);
        foreach (var member in members)
        {
            await TrainAsync(member, now, cancellationToken);
        }

        await DemoSegment.MakeAsync(members[0], cancellationToken);
        var arrival = new Arrival(clock);
        await arrival.AwaitFeedAsync(members[0], FriendsOf(members), cancellationToken);
        var neighbours = members.Where(member => member.Athlete.Country == members[0].Athlete.Country).ToList();
        foreach (var sport in SportRules.All.Select(rules => rules.Sport).Order())
        {
            await arrival.AwaitBoardAsync(neighbours, sport, cancellationToken);
        }

        await arrival.AwaitLegendAsync(members, cancellationToken);
        await new Showing(gateway.Address, output).ShowAsync(members[0], cancellationToken);
    }

    private async Task<List<DemoMember>> OpenAsync(CancellationToken cancellationToken)
    {
        var members = new List<DemoMember>();
        foreach (var athlete in DemoAthlete.All)
        {
            var request = new TokenRequest(athlete.Name, athlete.Country, athlete.Region, athlete.City);
            members.Add(new DemoMember(athlete, await AthleteSession.OpenAsync(gateway, request, cancellationToken)));
        }

        output.WriteLine($"    athletes: {string.Join(", ", DemoAthlete.All.Select(athlete => athlete.Name))}");
        return members;
    }

    private async Task BefriendAsync(List<DemoMember> members, CancellationToken cancellationToken)
    {
        var made = 0;
        foreach (var (one, other) in DemoAthlete.Friendships)
        {
            made += await AskAsync(members[one], members[other]) | await AskAsync(members[other], members[one]);
        }

        var known = DemoAthlete.Friendships.Count - made;
        output.WriteLine($"    friendships: {made} made{Others(known, "there already")}");

        async Task<int> AskAsync(DemoMember asking, DemoMember asked)
        {
            var path = $"/athletes/me/friends/{asked.Session.AthleteId}";
            var answer = await asking.Session.PutAsync(path, cancellationToken);
            return answer.OrFail().IsCreated ? 1 : 0;
        }
    }

    private async Task TrainAsync(DemoMember member, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var activity in PlannedActivity.Past(member.Athlete, DateOnly.FromDateTime(now.UtcDateTime)))
        {
            member.Note(await UploadRecording.UploadAsync(
                member.Session, activity, member.Athlete.TimeZone, cancellationToken));
        }

        var live = await RecordLive.RecordAsync(member.Session, member.Athlete, now, cancellationToken);
        member.Note(live);
        output.WriteLine($"    {member.Athlete.Name,-14}{member.Count(Outcome.New),3} activities sent"
            + (live.Outcome == Outcome.New ? ", one of them live" : "")
            + Others(member.Count(Outcome.Known), "there already")
            + Others(member.Count(Outcome.LeftAlone), "changed or deleted since, left alone"));
    }

    private static string Others(int count, string what) => count == 0 ? "" : $", {count} {what}";

    private static List<DemoMember> FriendsOf(List<DemoMember> members) =>
        [.. DemoAthlete.Friendships.Where(pair => pair.One == 0).Select(pair => members[pair.Other])];
}
