using System.Runtime.InteropServices;

namespace Strava.Activities;

/// <summary>
/// What the process was started for instead of serving: it ends when that is done, or interrupted with 130.
/// </summary>
internal static class OneOffCommand
{
    private const int Interrupted = 130;

    /// <param name="run">Gives the exit code.</param>
    /// <param name="onInterrupt">What is said then.</param>
    public static async Task RunAsync(Func<CancellationToken, Task<int>> run, string onInterrupt)
    {
        using var ending = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        try
        {
            Environment.ExitCode = await run(ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            await Console.Out.WriteLineAsync(onInterrupt);
            Environment.ExitCode = Interrupted;
        }

        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            ending.Cancel();
        }
    }
}
