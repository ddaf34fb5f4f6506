using System.Runtime.InteropServices;
using Strava.Replay;
using Strava.Replay.CommandLine;
using Strava.Replay.Demo;
using Strava.Replay.Gateway;
using Strava.Replay.Import;

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);

try
{
    switch (Command.Parse(args))
    {
        case Command.ShowHelp:
            Console.Write(Help.Text);
            return 0;
        case Command.RunDemo demo:
            using (var gateway = new GatewayClient(demo.Gateway))
            {
                await new RunDemo(gateway, TimeProvider.System, Console.Out).RunAsync(stop.Token);
                return 0;
            }

        case Command.ImportFile import:
            using (var gateway = new GatewayClient(import.Gateway))
            {
                await new ImportFile(gateway, Console.Out).RunAsync(import, stop.Token);
                return 0;
            }

        case Command.Mistake mistake:
            throw new ReplayFailureException($"{mistake.Sentence} Help: Strava.Replay --help");
        case var other:
            throw new InvalidOperationException($"{other} is not handled.");
    }
}
catch (ReplayFailureException failure)
{
    Console.Error.WriteLine(failure.Message);
    return 1;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    Console.Error.WriteLine("Stopped. What was sent is stored; the same command goes on from there.");
    return 130;
}

void Cancel(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}
