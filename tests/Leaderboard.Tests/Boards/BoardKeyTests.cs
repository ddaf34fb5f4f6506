using Strava.Leaderboards.Boards;

namespace Strava.Leaderboards.Tests.Boards;

public class BoardKeyTests
{
    [TestCase("leaderboard:{run:US:week:2026-W47}")]
    [TestCase("leaderboard:{ride:global:all}")]
    [TestCase("leaderboard:{run:US-CA:month:2026-11}")]
    [TestCase("leaderboard:{run:city:novo%20mesto:day:2026-11-22}")]
    [TestCase("leaderboard:{run:city:a%3Ab%7D%7B%2A:30d}")]
    [TestCase("leaderboard:{ride:SI:24h}")]
    public void A_key_is_read_back(string key) => Assert.That(BoardKey.Parse(key)?.Scores, Is.EqualTo(key));

    [TestCase("leaderboard:watermark")]
    [TestCase("leaderboard:{run:US:week:2026-W47}:fence")]
    [TestCase("leaderboard:{run:US:week}")]
    [TestCase("leaderboard:{run:US:all:2026}")]
    [TestCase("leaderboard:{swim:US:all}")]
    [TestCase("leaderboard:{run:us:all}")]
    [TestCase("leaderboard:{run:moon:all}")]
    [TestCase("leaderboard:{club:42:run:2026-W47:distance}")]
    [TestCase("leaderboard:{}")]
    [TestCase("")]
    public void Other_keys_are_none_of_ours(string key) => Assert.That(BoardKey.Parse(key), Is.Null);
}
