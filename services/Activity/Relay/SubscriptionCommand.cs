using System.Globalization;
using Npgsql;
using Strava.EventStore.Subscriptions;

namespace Strava.Activities.Relay;

/// <summary>
/// <c>--subscriptions</c> lists them; <c>--subscriptions NAME pause|resume</c> and <c>--subscriptions NAME rewind NUMBER</c>
/// change one, whichever node runs it. Ends with 0; with 1 and a sentence when nothing was changed.
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
            app.Services.GetRequiredService<NpgsqlDataSource>(), rest, Console.Out, timeout.Token);
        return true;
    }

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(
        NpgsqlDataSource database, string[] args, TextWriter output, CancellationToken cancellationToken)
    {
        var control = new SubscriptionControl(database);
        var all = await control.ListAsync(cancellationToken);
        if (args is [var name, ..] && !all.Any(one => one.Name == name))
        {
            await output.WriteLineAsync($"there is no subscription {name} here");
            return Failed;
        }

        switch (args)
        {
            case []:
                foreach (var one in all)
                {
                    await output.WriteLineAsync(Line(one));
                }

                return 0;
            case [var paused, "pause"]:
                await control.PauseAsync(paused, cancellationToken);
                await output.WriteLineAsync($"{paused} is paused until it is resumed");
                return 0;
            case [var resumed, "resume"]:
                var wasPaused = await control.ResumeAsync(resumed, cancellationToken);
                await output.WriteLineAsync(wasPaused ? $"{resumed} goes on" : $"{resumed} was not paused");
                return wasPaused ? 0 : Failed;
            case [var rewound, "rewind", var text]
                when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var checkpoint):
                var isBack = await control.RewindAsync(rewound, checkpoint, cancellationToken);
                await output.WriteLineAsync(isBack
                    ? $"{rewound} hands on once more what comes after {text}"
                    : $"{rewound} is not as far as {text}; it can only go back, or it would skip");
                return isBack ? 0 : Failed;
            default:
                await output.WriteLineAsync("usage: --subscriptions [NAME pause | NAME resume | NAME rewind NUMBER]");
                return Failed;
        }
    }

    private static string Line(SubscriptionStatus one) => string.Create(
        CultureInfo.InvariantCulture,
        $"{one.Name}: {one.Checkpoint} of {one.Highest}, {(one.IsPaused ? "paused" : one.IsOwned ? "running" : "waiting for a node")}");
}
