namespace Strava.Testing.Simulation;

/// <summary>Counts what was found of the truth, and how far off in time.</summary>
internal sealed class MatchScore
{
    private readonly List<double> _errorsMs = [];

    public int Right { get; private set; }

    public int Wrong { get; private set; }

    public int Missed { get; private set; }

    public double Precision => (double)Right / Math.Max(1, Right + Wrong);

    public double Recall => (double)Right / Math.Max(1, Right + Missed);

    /// <summary>Of the elapsed times, either way.</summary>
    public double MedianErrorMs => _errorsMs.Count == 0 ? 0 : _errorsMs.Order().ElementAt(_errorsMs.Count / 2);

    /// <summary>An effort is right when it shares four fifths of its time with a true one of the segment.</summary>
    public void Add(IReadOnlyList<TruthEffort> truth, IEnumerable<TruthEffort> found)
    {
        var open = truth.ToList();
        foreach (var effort in found)
        {
            var at = open.FindIndex(other => other.Segment == effort.Segment && Shared(other, effort) >= 0.8);
            if (at < 0)
            {
                Wrong++;
                continue;
            }

            Right++;
            _errorsMs.Add(Math.Abs((effort.ToMs - effort.FromMs) - (open[at].ToMs - open[at].FromMs)));
            open.RemoveAt(at);
        }

        Missed += open.Count;
    }

    private static double Shared(TruthEffort one, TruthEffort other) =>
        (double)(Math.Min(one.ToMs, other.ToMs) - Math.Max(one.FromMs, other.FromMs))
        / (Math.Max(one.ToMs, other.ToMs) - Math.Min(one.FromMs, other.FromMs));
}
