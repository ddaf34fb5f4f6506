namespace Strava.Fuzz.Running;

/// <summary>
/// Before each run: bugs are planted, one of each kind, and each must be reported, with the seed that repeats it.
/// </summary>
internal static class SelfCheck
{
    public static bool Passes(TextWriter log)
    {
        Planted[] bugs =
        [
            new("throws", input => _ = input[0] == 'x' ? throw new InvalidOperationException("planted") : 0),
            new("hangs", input => Thread.Sleep(input[0] == 'x' ? Timeout.Infinite : 0)),
            new("allocates", input => GC.KeepAlive(input[0] == 'x' ? new byte[1_000_000] : [])),
            new("differs", input => BrokenPropertyException.Unless(input[0] != 'x', "planted")),
        ];
        var found = bugs.Count(IsFound);
        var innocent = new Runner(_ => { });
        innocent.Run(new Planted("nothing", _ => { }), firstSeed: 0, TimeSpan.FromMilliseconds(20));
        log.WriteLine($"self-check: {bugs.Length} planted, {found} found, {innocent.Failures} false");
        return found == bugs.Length && innocent is { Failures: 0, Runs: > 0 };
    }

    private static bool IsFound(Planted bug)
    {
        var failures = new List<Failure>();
        new Runner(failures.Add).Run(bug, firstSeed: 0, TimeSpan.FromMilliseconds(100));
        if (failures.Count == 0)
        {
            return false;
        }

        var again = new List<Failure>();
        new Runner(again.Add).RunOne(bug, failures[0].Seed);
        return again is [var same] && same.Input.AsSpan().SequenceEqual(failures[0].Input);
    }

    private sealed class Planted(string name, Action<byte[]> read) : FuzzTarget
    {
        public override string Name => name;

        public override TimeSpan Patience => TimeSpan.FromMilliseconds(300);

        public override long MostBytes(int inputBytes) => 500_000;

        public override byte[] Make(Random random) => [(byte)('a' + random.Next(26))];

        public override void Read(byte[] input) => read(input);
    }
}
