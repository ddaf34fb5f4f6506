using Microsoft.Extensions.DependencyInjection;
using Strava.Contracts;
using Strava.Contracts.Messages;
using Strava.Core.Bus;
using Strava.Testing;

namespace Strava.Feeds.Tests;

/// <summary>Through the real broker, published as the other services publish.</summary>
[TestFixture]
[Category("Integration")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class FeedConsumerTests
{
    private readonly Guid _viewer = Guid.NewGuid();
    private readonly Guid _friend = Guid.NewGuid();
    private long _number;

    [Test]
    public async Task Each_kind_of_message_reaches_the_list()
    {
        var activity = History.Activity(_friend);
        await PublishAsync(
            new ActivityCompleted { Activity = activity },
            History.Friends(_viewer, _friend),
            History.Profile(_friend, "Bor"));
        await Eventually.GivesAsync(
            () => FeedFixture.ReadAsync(_viewer),
            seen => seen.Lines is [var line] && line["athleteName"]?.GetValue<string>() == "Bor");

        await PublishAsync(new ActivityRevised { Activity = activity with { Version = 6, Name = "Renamed" } });
        await Eventually.GivesAsync(
            () => FeedFixture.ReadAsync(_viewer),
            seen => seen.Lines is [var line] && line["name"]!.GetValue<string>() == "Renamed");

        var hidden = activity with { Version = 7, Visibility = Visibility.OnlyMe };
        await PublishAsync(new ActivityRevised { Activity = hidden });
        await Eventually.GivesAsync(() => FeedFixture.SeenByAsync(_viewer), seen => seen.Count == 0);

        await PublishAsync(new ActivityRevised { Activity = activity with { Version = 8 } });
        await Eventually.GivesAsync(() => FeedFixture.SeenByAsync(_viewer), seen => seen.Count == 1);

        await PublishAsync(History.Deleted(activity, 9));
        await Eventually.GivesAsync(() => FeedFixture.SeenByAsync(_viewer), seen => seen.Count == 0);
    }

    [Test]
    public async Task A_burst_sent_twice_and_in_any_order_is_shown_once()
    {
        var activities = Enumerable.Range(0, 40)
            .Select(i => History.Activity(_friend, version: 5, startedAt: History.Morning.AddMinutes(i))).ToList();
        var messages = activities.SelectMany(activity => new object[]
        {
            new ActivityCompleted { Activity = activity },
            new ActivityRevised { Activity = activity with { Version = 6, Name = "Last" } },
        }).Append(History.Friends(_viewer, _friend)).ToArray();
#pragma warning disable CA5394 // A shuffle is no secret.
        var twice = messages.Concat(messages).ToArray();
        new Random(2).Shuffle(twice);
#pragma warning restore CA5394
        await PublishAsync(twice);

        var seen = await Eventually.GivesAsync(
            () => FeedFixture.ReadAsync(_viewer),
            page => page.Lines.Count == 40
                && page.Lines.TrueForAll(line => line["name"]!.GetValue<string>() == "Last"));
        Assert.That(
            seen.Lines.Select(line => line["id"]!.GetValue<Guid>()),
            Is.EqualTo(activities.AsEnumerable().Reverse().Select(activity => activity.ActivityId)));
    }

    private async Task PublishAsync(params object[] messages)
    {
        var publisher = FeedFixture.Service.Services.GetRequiredService<ConfirmedPublisher>();
        await publisher.DeclareTopologyAsync(CancellationToken.None);
        await publisher.PublishAsync(
            messages.Select(message => new OutgoingMessage(Guid.NewGuid(), _number++, message)),
            CancellationToken.None);
    }
}
