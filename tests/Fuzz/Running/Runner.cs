using System.Diagnostics;

namespace Strava.Fuzz.Running;

/// <summary>A case that failed; its seed makes the very same input again.</summary>
internal sealed record Failure(string Target, int Seed, string Reason, byte[] Input);

/// <summary>
/// Runs cases on a thread of its own and watches it from outside: a case that never ends can only be left behind with
/// its thread, so it is reported and a new thread goes on with the next one.
/// </summary>
internal sealed class Runner(Action<Failure> report)
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(50);

    public long Runs { get; private set; }

    public long Failures { get; private set; }

    /// <summary>Runs one target on consecutive seeds until the time is up.</summary>
    public void Run(FuzzTarget target, int firstSeed, TimeSpan time)
    {
        var started = Stopwatch.GetTimestamp();
        var seed = firstSeed;
        while (Stopwatch.GetElapsedTime(started) < time)
        {
            seed = RunUntilHang(target, seed, () => Stopwatch.GetElapsedTime(started) < time);
        }
    }

    /// <summary>Runs one case.</summary>
    public void RunOne(FuzzTarget target, int seed)
    {
        var isFirst = true;
        RunUntilHang(target, seed, () => isFirst && !(isFirst = false));
    }

    /// <returns>The next seed.</returns>
    private int RunUntilHang(FuzzTarget target, int firstSeed, Func<bool> goesOn)
    {
        var row = new Row(target, firstSeed);
        var thread = new Thread(() => row.Run(goesOn), maxStackSize: 1024 * 1024) { IsBackground = true };
        thread.Start();
        while (!thread.Join(Glance) && !row.Hangs())
        {
        }

        lock (row)
        {
            Runs += row.Runs;
            foreach (var failure in row.Found)
            {
                Failures++;
                report(failure);
            }

            return row.Seed + 1;
        }
    }

    /// <summary>Consecutive cases on one thread.</summary>
    private sealed class Row(FuzzTarget target, int firstSeed)
    {
        private byte[] _input = [];
        private long _startedAt = Stopwatch.GetTimestamp();
        private bool _isAbandoned;

        public List<Failure> Found { get; } = [];

        public long Runs { get; private set; }

        public int Seed { get; private set; } = firstSeed;

        public void Run(Func<bool> goesOn)
        {
            while (goesOn())
            {
                var input = target.Make(new Random(Seed));
                lock (this)
                {
                    (_input, _startedAt) = (input, Stopwatch.GetTimestamp());
                }

                var reason = Case.FaultOf(target, input);
                lock (this)
                {
                    if (_isAbandoned)
                    {
                        return;
                    }

                    Runs++;
                    if (reason is not null)
                    {
                        Found.Add(new Failure(target.Name, Seed, reason, input));
                    }

                    Seed++;
                    _startedAt = Stopwatch.GetTimestamp();
                }
            }

            lock (this)
            {
                Seed--;
            }
        }

        public bool Hangs()
        {
            lock (this)
            {
                var took = Stopwatch.GetElapsedTime(_startedAt);
                if (took > target.Patience)
                {
                    _isAbandoned = true;
                    Runs++;
                    Found.Add(new Failure(target.Name, Seed, $"It has not ended after {took.TotalSeconds:F1} s.", _input));
                }

                return _isAbandoned;
            }
        }
    }
}
