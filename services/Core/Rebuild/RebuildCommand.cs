using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Strava.Core.Rebuild;

/// <summary>
/// <c>--rebuild [--refuse-differences]</c>: begins a rebuild, or follows the one that is running, and tells how far it
/// is. The running service does it. Ends with 0 when it is done, 1 when it is not, 130 when it was interrupted: then
/// the rebuild is cancelled and live is as it was. kill -9 of this process cancels nothing; the same command follows it
/// again.
/// </summary>
public static class RebuildCommand
{
    private const int Failed = 1;
    private const int Interrupted = 130;
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(1);

    /// <returns>True when the process was started for this, so that Main returns.</returns>
    public static async Task<bool> RunRebuildIfAskedAsync(this WebApplication app, string[] args)
    {
        if (args.FirstOrDefault() is not "--rebuild")
        {
            return false;
        }

        using var ending = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        Environment.ExitCode = await RunAsync(
            app.Services.GetRequiredService<Rebuilds>(), args.Contains("--refuse-differences"), Console.Out, ending.Token);
        return true;

        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            ending.Cancel();
        }
    }

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(
        Rebuilds rebuilds, bool refuseDifferences, TextWriter output, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7();
        if (!await rebuilds.TryBeginAsync(id, refuseDifferences, CancellationToken.None))
        {
            id = (await rebuilds.CurrentAsync(CancellationToken.None))?.Id ?? id;
            await output.WriteLineAsync("a rebuild is running already; this follows it");
        }

        while (true)
        {
            var rebuild = await rebuilds.FindAsync(id, CancellationToken.None);
            if (rebuild is null)
            {
                await output.WriteLineAsync("the rebuild that was running has ended");
                return Failed;
            }

            await output.WriteLineAsync(Line(rebuild));
            if (rebuild.IsOver)
            {
                return rebuild.State == "done" ? 0 : Failed;
            }

            if (cancellationToken.IsCancellationRequested)
            {
                var isCancelled = await rebuilds.EndAsync(id, "cancelled", null, CancellationToken.None);
                await output.WriteLineAsync(
                    isCancelled ? "cancelled; live is as it was" : "too late to cancel: it has been swapped in");
                return Interrupted;
            }

            await Task.Delay(TellEvery, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static string Line(RebuildProgress rebuild)
    {
        var total = rebuild.Total is { } known ? $" of about {known}" : "";
        var found = rebuild.Differences is { } differences ? $"; {differences} rows differ {rebuild.Examples}" : "";
        var reason = rebuild.Reason is { } sentence ? $"; {sentence}" : "";
        return FormattableString.Invariant(
            $"{rebuild.State}: {rebuild.Told}{total} activities, {rebuild.Seconds:0.0} s{found}{reason}");
    }
}
