using Strava.Leaderboards.Launch;

namespace Strava.Leaderboards.Tests.Clubs;

public class LaunchRuleTests
{
    [TestCase("off", "off")]
    [TestCase("OFF", "off")]
    [TestCase("all", "all")]
    [TestCase("employees", "employees")]
    [TestCase("10%", "10%")]
    [TestCase("2.5%,  employees ,friends-of_ours", "employees, friends-of_ours, 2.5%")]
    [TestCase("0%", "off")]
    [TestCase("100%", "all")]
    public void A_rule_is_read_and_written(string text, string again) =>
        Assert.That(LaunchRule.Parse(text)?.ToString(), Is.EqualTo(again));

    [TestCase("")]
    [TestCase(",")]
    [TestCase("ten%")]
    [TestCase("-1%")]
    [TestCase("101%")]
    [TestCase("NaN%")]
    [TestCase("1e1%")]
    [TestCase("10%, 20%")]
    [TestCase("all, 10%")]
    [TestCase("employees,,10%")]
    [TestCase("em ployees")]
    public void What_is_no_rule_is_none(string text) => Assert.That(LaunchRule.Parse(text), Is.Null);
}
