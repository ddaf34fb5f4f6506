using Strava.Activities.Activities;

namespace Strava.Activities.Tests;

public sealed class ActivityCursorTests
{
    [Test]
    public void A_cursor_is_read_as_it_was_written()
    {
        var cursor = new ActivityCursor(new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero).AddTicks(1), Guid.CreateVersion7());

        Assert.That(ActivityCursor.Parse(cursor.ToString()), Is.EqualTo(cursor));
    }

    [TestCase("")]
    [TestCase("=")]
    [TestCase("AAA=")]
    [TestCase("AApvBbRxbPcckCUFh3B1sg=", Description = "padding that the decoder throws on")]
    [TestCase("MTIz\t", Description = "a blank counts for the length of the decoder's target")]
    [TestCase("MTIzLjQ1Ng")]
    [TestCase("\u0661")]
    public void What_is_no_cursor_of_ours_is_nothing(string text) => Assert.That(ActivityCursor.Parse(text), Is.Null);

    [Test]
    public void Blanks_make_a_long_text_no_exception() =>
        Assert.That(ActivityCursor.Parse(new string(' ', 5_000) + new string('A', 90) + "\n"), Is.Null);
}
