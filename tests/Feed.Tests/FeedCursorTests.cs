using Strava.Feeds.Timelines;

namespace Strava.Feeds.Tests;

internal sealed class FeedCursorTests
{
    [TestCase("", "")]
    [TestCase("", "=", Description = "padding that the framework's decoder throws on")]
    [TestCase("", "\t=")]
    [TestCase(" ", "", Description = "a blank that the decoder passes over")]
    [TestCase("", "\t")]
    [TestCase("A", "")]
    public void What_is_not_quite_a_cursor_is_none(string before, string after)
    {
        var cursor = new FeedCursor(new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero), Guid.CreateVersion7());

        var isRead = FeedCursor.TryRead($"{before}{cursor}{after}", out var read);

        Assert.That(isRead, Is.EqualTo(before.Length + after.Length == 0));
        Assert.That(!isRead || read == cursor);
    }
}
