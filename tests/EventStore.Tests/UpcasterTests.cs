using System.Text;
using System.Text.Json.Nodes;

namespace Strava.EventStore.Tests;

public sealed class UpcasterTests
{
    // First the step was a word, then its member was called Steps.
    private static readonly EventTypes Types = new(
        "counter",
        CounterJson.Default,
        [typeof(CounterStarted), typeof(CounterRaised)],
        [
            new("counter_raised", body => body.ContainsKey("Word"), body => new JsonObject { ["Steps"] = body["Word"]!.ToString().Length }),
            new("counter_raised", body => body.ContainsKey("Steps"), body => new JsonObject { ["By"] = (int)body["Steps"]! }),
        ]);

    [TestCase("""{"Word": "three"}""", 5, TestName = "Oldest")]
    [TestCase("""{"Steps": 4}""", 4, TestName = "Older")]
    [TestCase("""{"By": 3}""", 3, TestName = "As_it_is_now")]
    public void A_body_of_any_age_is_read_as_what_the_type_is_now(string body, int by) =>
        Assert.That(Types.Read("counter_raised", Encoding.UTF8.GetBytes(body)), Is.EqualTo(new CounterRaised(by)));

    [Test]
    public void A_type_without_upcasters_is_read_as_it_is() =>
        Assert.That(Types.Read("counter_started", """{"Name": "laps"}"""u8.ToArray()), Is.EqualTo(new CounterStarted("laps")));

    [TestCase("counter_raised", "[1]")]
    [TestCase("counter_raised", """{"By": "many"}""")]
    [TestCase("counter_started", "null")]
    [TestCase("counter_exploded", "{}")]
    public void What_cannot_be_read_is_said_to_be_so(string alias, string body)
    {
        var fault = Assert.Catch<UnreadableEventException>(() => Types.Read(alias, Encoding.UTF8.GetBytes(body)));
        Assert.That(fault.Alias, Is.EqualTo(alias));
    }
}
