using Strava.Contracts;
using Strava.Contracts.Rest;
using Strava.Contracts.Sports;

namespace Strava.Replay.Demo;

/// <summary>
/// Waits until what was sent shows in the feed and on the boards: they follow by messages, usually within a second.
/// </summary>
internal sealed class Arrival(TimeProvider clock)
{
    private const int FeedPageSize = 100;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(400);

    public Task AwaitFeedAsync(DemoMember reader, List<DemoMember> friends, CancellationToken cancellationToken)
    {
        var expected = friends.SelectMany(friend => friend.Stored)
            .Where(activity => activity.Visibility != Visibility.OnlyMe)
            .ToList();
        return AwaitAsync(
            async () =>
            {
                var path = $"/activities?mode=FRIENDS&page=1&pageSize={FeedPageSize}";
                var feed = (await reader.Session.GetAsync(path, cancellationToken)).Read<List<PartialActivity>>();
                var nameless = feed.Count(line => line.AthleteName is null);
                var ids = feed.Select(line => line.Id).ToHashSet();

                // What is older than a full page lies behind it.
                var oldest = feed.Count < FeedPageSize ? DateTimeOffset.MinValue : feed[^1].StartedAt;
                var missing = expected.Count(activity => activity.StartedAt > oldest && !ids.Contains(activity.Id));
                return missing > 0 ? $"{missing} of {expected.Count} activities of friends are not in the feed"
                    : nameless > 0 ? $"{nameless} activities in the feed have no athlete's name"
                    : null;
            },
            "feed",
            cancellationToken);
    }

    public async Task AwaitBoardAsync(List<DemoMember> members, Sport sport, CancellationToken cancellationToken)
    {
        foreach (var member in members.Where(member => member.OnBoards(sport) > 0))
        {
            var path = BoardPath(sport, member.Athlete.Country, "all", top: 1);
            await AwaitAsync(
                async () =>
                {
                    // Each asks for their own place: on a busy stack they need not be among the first hundred.
                    var board = (await member.Session.GetAsync(path, cancellationToken)).Read<PlaceBoard>();
                    var shown = board.Viewer?.Activities ?? 0;
                    return shown >= member.OnBoards(sport) ? null
                        : $"{path} shows {shown} of {member.OnBoards(sport)} activities of {member.Athlete.Name}";
                },
                "leaderboard",
                cancellationToken);
        }
    }

    /// <summary>Older activities are looked through first, then the segment opens.</summary>
    public async Task AwaitLegendAsync(List<DemoMember> members, CancellationToken cancellationToken)
    {
        await AwaitAsync(
            async () =>
            {
                var segment = (await members[0].Session.GetAsync(SegmentPath, cancellationToken)).Read<Segment>();
                return segment.State == SegmentState.Open ? null
                    : $"{SegmentPath} is not open: {segment.Backfill?.Done} of {segment.Backfill?.Total} activities are looked through";
            },
            "locallegend",
            cancellationToken);
        foreach (var member in members)
        {
            await AwaitAsync(
                async () =>
                {
                    var path = $"{SegmentPath}/local-legend";
                    var legend = (await member.Session.GetAsync(path, cancellationToken)).Read<LocalLegend>();
                    return legend.Viewer.EffortCount >= member.Laps ? null
                        : $"{path} counts {legend.Viewer.EffortCount} of {member.Laps} laps of {member.Athlete.Name}";
                },
                "locallegend",
                cancellationToken);
        }
    }

    public static string SegmentPath => $"/segments/{DemoSegment.Id}";

    public static string BoardPath(Sport sport, string country, string window, int top) =>
        $"/leaderboards/{SportRules.Of(sport).Word}?place=country:{country}&window={window}&top={top}";

    /// <param name="missing">What does not show yet; <c>null</c>: all does.</param>
    /// <param name="service">Whose log to look at.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    private async Task AwaitAsync(Func<Task<string?>> missing, string service, CancellationToken cancellationToken)
    {
        var since = clock.GetTimestamp();
        while (await missing() is { } sentence)
        {
            if (clock.GetElapsedTime(since) > LongestWait)
            {
                throw new ReplayFailureException(
                    $"After {LongestWait.TotalSeconds} s {sentence}: "
                    + $"look at make logs S={service}, and whether make status shows all up.");
            }

            await Task.Delay(Pace, clock, cancellationToken);
        }
    }
}
