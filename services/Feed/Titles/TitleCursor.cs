using Strava.Feeds.Timelines;

namespace Strava.Feeds.Titles;

/// <summary>The last line that a reader has seen, in the form of <see cref="FeedCursor"/>.</summary>
internal readonly record struct TitleCursor(DateOnly Date, Guid SegmentId)
{
    public static TitleCursor Start { get; } = new(DateOnly.MaxValue, Guid.AllBitsSet);

    public override string ToString() =>
        new FeedCursor(new DateTimeOffset(Date, TimeOnly.MinValue, TimeSpan.Zero), SegmentId).ToString();

    public static bool TryRead(string text, out TitleCursor cursor)
    {
        var isRead = FeedCursor.TryRead(text, out var read);
        cursor = new TitleCursor(DateOnly.FromDateTime(read.StartedAt.UtcDateTime), read.ActivityId);
        return isRead;
    }
}
