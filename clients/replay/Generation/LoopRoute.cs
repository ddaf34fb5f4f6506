namespace Strava.Replay.Generation;

/// <summary>
/// A wandering loop that begins and ends at one place: a circle whose radius swings in a few random harmonics, so that
/// its heading is smooth everywhere.
/// </summary>
internal sealed class LoopRoute
{
    private const int FirstHarmonic = 2;
    private const int LastHarmonic = 12;
    private const double StepMeters = 3;

    private readonly Place[] _places;
    private readonly double[] _arcMeters;

    /// <param name="start">Where it begins.</param>
    /// <param name="lengthMeters">About how long a lap is.</param>
    /// <param name="random">Gives the shape.</param>
    /// <param name="laps">How often it is done.</param>
    public LoopRoute(Place start, double lengthMeters, SeededRandom random, int laps = 1)
    {
        var outline = Outline(random, Math.Max(360, (int)(lengthMeters / StepMeters)));
        var scale = lengthMeters / Length(outline);
        Place[] lap = [.. outline.Select(corner =>
            start.Moved((corner.East - outline[0].East) * scale, (corner.North - outline[0].North) * scale))];
        _places = [.. lap, .. Enumerable.Repeat(lap[1..], laps - 1).SelectMany(places => places)];
        _arcMeters = new double[_places.Length];
        for (var index = 1; index < _places.Length; index++)
        {
            _arcMeters[index] = _arcMeters[index - 1] + _places[index - 1].MetersTo(_places[index]);
        }
    }

    /// <summary>All laps, exactly.</summary>
    public double LengthMeters => _arcMeters[^1];

    /// <param name="arcMeters">How far along; beyond the ends is the end.</param>
    public Place At(double arcMeters)
    {
        var found = Array.BinarySearch(_arcMeters, arcMeters);
        if (found >= 0)
        {
            return _places[found];
        }

        var next = ~found;
        if (next == 0 || next == _places.Length)
        {
            return next == 0 ? _places[0] : _places[^1];
        }

        var share = (arcMeters - _arcMeters[next - 1]) / (_arcMeters[next] - _arcMeters[next - 1]);
        var (from, to) = (_places[next - 1], _places[next]);
        return new Place(
            from.Latitude + (share * (to.Latitude - from.Latitude)),
            from.Longitude + (share * (to.Longitude - from.Longitude)));
    }

    /// <summary>Climb per metre over the stretch ahead, positive upwards.</summary>
    public double GradeAt(double arcMeters)
    {
        const double AheadMeters = 40;
        return (Terrain.ReliefMeters(At(arcMeters + AheadMeters)) - Terrain.ReliefMeters(At(arcMeters))) / AheadMeters;
    }

    private static (double East, double North)[] Outline(SeededRandom random, int steps)
    {
        var harmonics = Enumerable.Range(FirstHarmonic, LastHarmonic - FirstHarmonic + 1)
            .Select(order => (
                Order: order,
                Swing: random.Between(0.1, 0.5) / Math.Pow(order, 1.3),
                Phase: random.Between(0, 2 * Math.PI)))
            .ToArray();
        var turn = random.Between(0, 2 * Math.PI);
        var corners = new (double, double)[steps + 1];
        for (var step = 0; step <= steps; step++)
        {
            var angle = 2 * Math.PI * step / steps;
            var radius = 1 + harmonics.Sum(wave => wave.Swing * Math.Cos((wave.Order * angle) + wave.Phase));
            var (sin, cos) = Math.SinCos(angle + turn);
            corners[step] = (radius * cos, radius * sin);
        }

        return corners;
    }

    private static double Length((double East, double North)[] outline)
    {
        return outline
            .Zip(outline.Skip(1), (from, to) => double.Hypot(to.East - from.East, to.North - from.North))
            .Sum();
    }
}
