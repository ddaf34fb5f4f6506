using Strava.Fuzz.Running;
using Strava.Fuzz.Targets;

// dotnet run --project tests/Fuzz -- [--seconds 60] [--seed N] [--target json] [--repeat json:123] [--failures folder]
var options = Options.Parse(args);
if (options is null)
{
    Console.Error.WriteLine(Options.Usage);
    return 2;
}

FuzzTarget[] targets = [new JsonTarget(), new GpxTarget(), new CodecTarget(), new CursorTarget()];
if (options.Repeat is { } repeat)
{
    return Repeat.Run(targets, repeat, Console.Out);
}

if (!SelfCheck.Passes(Console.Out))
{
    Console.Error.WriteLine("FAILED: a planted bug was not reported; what follows would prove nothing.");
    return 1;
}

return Session.Run([.. targets.Where(target => options.Target is null || target.Name == options.Target)], options);
