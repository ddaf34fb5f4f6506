namespace Strava.Testing.Simulation;

/// <summary>How fast somebody goes: changing all the time, with stops.</summary>
internal sealed class Pace
{
    private readonly List<double> _metersAtSecond = [0];

    public Pace(Random random, double slowest, double fastest, double meters)
    {
        while (_metersAtSecond[^1] < meters)
        {
            var isStop = random.NextDouble() < 0.02;
            var metersPerSecond = isStop ? 0 : slowest + (random.NextDouble() * (fastest - slowest));
            for (var second = random.Next(10, 40); second > 0; second--)
            {
                _metersAtSecond.Add(_metersAtSecond[^1] + metersPerSecond);
            }
        }
    }

    public double MetersAt(long ms)
    {
        var second = (int)Math.Min(ms / 1_000, _metersAtSecond.Count - 2);
        return _metersAtSecond[second]
            + (((ms / 1_000.0) - second) * (_metersAtSecond[second + 1] - _metersAtSecond[second]));
    }

    /// <summary>When the place was left (the last moment of a stop there).</summary>
    public long MsAt(double meters)
    {
        var later = _metersAtSecond.FindIndex(reached => reached > meters);
        var second = later < 0 ? _metersAtSecond.Count - 2 : Math.Max(0, later - 1);
        var step = _metersAtSecond[second + 1] - _metersAtSecond[second];
        var part = step > 0 ? Math.Min(1, (meters - _metersAtSecond[second]) / step) : 1;
        return (long)Math.Round(1_000 * (second + part));
    }
}
