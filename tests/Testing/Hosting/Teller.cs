using MassTransit;
using Strava.Contracts.Messages;
using Strava.Core.Bus;

namespace Strava.Testing;

/// <summary>
/// Stands for Activity: publishes how activities are, and answers the questions of rebuilds by the same state.
/// </summary>
internal sealed class Teller : IAsyncDisposable
{
    private readonly SortedDictionary<Guid, (object State, ActivityTrackPublished? Track)> _activities = [];
    private readonly ConfirmedPublisher _publisher;
    private readonly IBusControl _bus;
    private long _published;

    private Teller(Uri broker)
    {
        _publisher = new ConfirmedPublisher(broker, TimeProvider.System);
        _bus = Bus.Factory.CreateUsingRabbitMq(rabbit =>
        {
            rabbit.Host(broker);
            rabbit.ReceiveEndpoint(Subscriptions.ActivityRetelling, endpoint =>
            {
                foreach (var (name, value) in BusTopology.QueueArguments(Subscriptions.ActivityRetelling))
                {
                    endpoint.SetQueueArgument(name, value);
                }

                endpoint.Handler<ActivitiesWanted>(AnswerAsync);
            });
        });
    }

    /// <summary>Activities an answer.</summary>
    public int AtOnce { get; set; } = 50;

    /// <summary>Called before each answer; false: the question is lost.</summary>
    public Func<ActivitiesWanted, Task<bool>> Asked { get; set; } = _ => Task.FromResult(true);

    /// <summary>How often each answer is sent.</summary>
    public int Times { get; set; } = 1;

    public Guid? Unreadable { get; set; }

    public static async Task<Teller> StartAsync(Uri broker)
    {
        var teller = new Teller(broker);
        await teller._publisher.DeclareTopologyAsync(default);
        await teller._bus.StartAsync();
        return teller;
    }

    /// <summary>As of now; whoever asks hears it before those who listen do, as with streams and their relay.</summary>
    public async Task SayAsync(params object[] messages)
    {
        lock (_activities)
        {
            foreach (var message in messages)
            {
                switch (message)
                {
                    case ActivitySummary activity:
                        _activities[activity.ActivityId] = (activity, null);
                        break;
                    case ActivityDeleted deletion:
                        _activities[deletion.ActivityId] = (deletion, null);
                        break;
                    case ActivityTrackPublished track:
                        _activities[track.ActivityId] = (_activities[track.ActivityId].State, track);
                        break;
                }
            }
        }

        await _publisher.PublishAsync(
            messages.Select(message => message is ActivitySummary activity
                ? new OutgoingMessage(activity.ActivityId, _published++, new ActivityCompleted { Activity = activity })
                : new OutgoingMessage(Guid.NewGuid(), _published++, message)),
            default);
    }

    public async ValueTask DisposeAsync()
    {
        await _bus.StopAsync(TimeSpan.FromSeconds(5));
        await _publisher.DisposeAsync();
    }

    private async Task AnswerAsync(ConsumeContext<ActivitiesWanted> context)
    {
        var wanted = context.Message;
        if (!await Asked(wanted))
        {
            return;
        }

        var queue = await context.GetSendEndpoint(new Uri($"exchange:{wanted.Queue}"));
        for (var time = 0; time < Times; time++)
        {
            await queue.Send(Answer(wanted));
        }
    }

    private ActivitiesTold Answer(ActivitiesWanted wanted)
    {
        lock (_activities)
        {
            var next = _activities.Where(one => one.Key.CompareTo(wanted.After) > 0).Take(AtOnce).ToList();
            return new ActivitiesTold
            {
                RebuildId = wanted.RebuildId,
                After = wanted.After,
                UpTo = next.Count > 0 ? next[^1].Key : wanted.After,
                IsLast = next.Count < AtOnce,
                Total = wanted.After == Guid.Empty ? _activities.Count : null,
                Activities = [.. next.Select(one => one.Value.State).OfType<ActivitySummary>()],
                Deletions = [.. next.Select(one => one.Value.State).OfType<ActivityDeleted>()],
                Tracks = wanted.Tracks ? [.. next.Select(one => one.Value.Track).OfType<ActivityTrackPublished>()] : [],
                Unreadable = Unreadable is { } unreadable ? [unreadable] : [],
            };
        }
    }
}
