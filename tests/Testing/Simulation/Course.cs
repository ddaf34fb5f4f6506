namespace Strava.Testing.Simulation;

/// <summary>A way through the town from crossing to crossing.</summary>
internal sealed class Course
{
    private readonly int[] _crossings;
    private readonly double[] _metersTo;

    public Course(Metropolis town, int[] crossings)
    {
        _crossings = crossings;
        _metersTo = new double[crossings.Length];
        var spots = new List<Spot> { town.Crossing(crossings[0]) };
        for (var index = 1; index < crossings.Length; index++)
        {
            var street = town.Street(crossings[index - 1], crossings[index]);
            spots.AddRange(street.Spots.Skip(1));
            _metersTo[index] = _metersTo[index - 1] + street.Meters;
        }

        Way = new Way(spots);
    }

    public Way Way { get; }

    public IReadOnlyList<int> Crossings => _crossings;

    /// <summary>Each time that this course goes the other's whole way.</summary>
    public IEnumerable<(double FromMeters, double ToMeters)> Follows(int[] crossings)
    {
        for (var first = 0; crossings.Length > 0 && first + crossings.Length <= _crossings.Length; first++)
        {
            if (_crossings.AsSpan(first, crossings.Length).SequenceEqual(crossings))
            {
                yield return (_metersTo[first], _metersTo[first + crossings.Length - 1]);
            }
        }
    }
}
