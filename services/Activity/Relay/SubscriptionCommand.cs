using System.Globalization;
using Strava.Activities.Sharding;
using Strava.EventStore.Subscriptions;

namespace Strava.Activities.Relay;

/// <summary>
/// <c>--subscriptions</c> lists them; <c>--subscriptions NAME pause|resume</c> and <c>--subscriptions NAME rewind
/// NUMBER</c> change one, whichever node runs it. That of a further database is NAME@SHARD. Ends with 0; with 1 and a
/// sentence when nothing was changed.
/// </summary>
internal static class SubscriptionCommand
{
    private const int Failed = 1;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    /// <returns>True when the process was started for this, so that Main returns.</returns>
    public static async Task<bool> RunSubscriptionsIfAskedAsync(this WebApplication app, string[] args)
    {
        if (args is not ["--subscriptions", .. var rest])
        {
            return false;
        }

        using var timeout = new CancellationTokenSource(Timeout);
        Environment.ExitCode = await RunAsync(
            app.Services.GetRequiredService<Shards>().All, rest, Console.Out, timeout.Token);
        return true;
    }

    /// <returns>The exit code.</returns>
    private static async Task<int> RunAsync(
        IReadOnlyList<Shard> shards, string[] args, TextWriter output, CancellationToken cancellationToken)
    {
        var all = new Dictionary<string, (SubscriptionControl Control, SubscriptionStatus Status)>();
        foreach (var shard in shards)
        {
            var control = new SubscriptionControl(shard.Database);
            foreach (var status in await control.ListAsync(cancellationToken))
            {
                all.Add(shard.Name == Shard.Home ? status.Name : $"{status.Name}@{shard.Name}", (control, status));
            }
        }

        if (args is [])
        {
            foreach (var (name, (_, status)) in all)
            {
                await output.WriteLineAsync(Line(name, status));
            }

            return 0;
        }

        if (!all.TryGetValue(args[0], out var one))
        {
            await output.WriteLineAsync($"there is no subscription {args[0]} here");
            return Failed;
        }

        return await ChangeAsync(one.Control, one.Status.Name, args, output, cancellationToken);
    }

    private static async Task<int> ChangeAsync(
        SubscriptionControl control, string name, string[] args, TextWriter output, CancellationToken cancellationToken)
    {
        switch (args)
        {
            case [_, "pause"]:
                await control.PauseAsync(name, cancellationToken);
                await output.WriteLineAsync($"{args[0]} is paused until it is resumed");
                return 0;
            case [_, "resume"]:
                var wasPaused = await control.ResumeAsync(name, cancellationToken);
                await output.WriteLineAsync(wasPaused ? $"{args[0]} goes on" : $"{args[0]} was not paused");
                return wasPaused ? 0 : Failed;
            case [_, "rewind", var text]
                when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var checkpoint):
                var isBack = await control.RewindAsync(name, checkpoint, cancellationToken);
                await output.WriteLineAsync(isBack
                    ? $"{args[0]} hands on once more what comes after {text}"
                    : $"{args[0]} is not as far as {text}; it can only go back, or it would skip");
                return isBack ? 0 : Failed;
            default:
                await output.WriteLineAsync("usage: --subscriptions [NAME pause | NAME resume | NAME rewind NUMBER]");
                return Failed;
        }
    }

    private static string Line(string name, SubscriptionStatus one) => string.Create(
        CultureInfo.InvariantCulture,
        $"{name}: {one.Checkpoint} of {one.Highest}, {(one.IsPaused ? "paused" : one.IsOwned ? "running" : "waiting for a node")}");
}
