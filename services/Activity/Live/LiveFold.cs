using Strava.Activities.Activities;
using Strava.Contracts.Events;
using Strava.Contracts.Tracks;

namespace Strava.Activities.Live;

/// <summary>From posts to events and back. Pure: each post keeps its own number and its own points.</summary>
internal static class LiveFold
{
    /// <summary>As a whole recording's chunks: a backlog of a day becomes several events.</summary>
    private const int MaxPoints = 10_000;

    /// <summary>One event for each run of consecutive numbers.</summary>
    /// <param name="posts">Ordered by their numbers.</param>
    public static IEnumerable<RouteRecorded> EventsOf(IReadOnlyList<TrackChunk> posts)
    {
        for (var start = 0; start < posts.Count;)
        {
            var (end, count) = (start + 1, posts[start].Points.Length);
            while (end < posts.Count && posts[end].Sequence == posts[end - 1].Sequence + 1
                && count + posts[end].Points.Length <= MaxPoints)
            {
                count += posts[end++].Points.Length;
            }

            yield return EventOf([.. posts.Skip(start).Take(end - start)]);
            start = end;
        }
    }

    /// <summary>The posts of an event; one that was not folded is one.</summary>
    /// <exception cref="PointCodecException">Its points cannot be read.</exception>
    public static IEnumerable<TrackChunk> PostsOf(RouteRecorded recorded)
    {
        var points = PointCodec.Decode(Convert.FromBase64String(recorded.Points!));
        if (recorded.Posts is null)
        {
            return [new TrackChunk(recorded.Sequence, points)];
        }

        if (recorded.Posts.Sum() != points.Length || recorded.Posts.Any(count => count < 0))
        {
            throw new PointCodecException("The posts do not have as many points as there are.");
        }

        var from = 0;
        return recorded.Posts.Select((count, i) => new TrackChunk(recorded.Sequence + i, points[from..(from += count)])).ToArray();
    }

    private static RouteRecorded EventOf(TrackChunk[] run)
    {
        var all = ActivityStream.EventOf(new TrackChunk(run[0].Sequence, [.. run.SelectMany(post => post.Points)]));
        return run.Length == 1 ? all : all with { Posts = [.. run.Select(post => post.Points.Length)] };
    }
}
