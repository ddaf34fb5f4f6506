namespace Strava.Testing.Simulation;

/// <summary>A town of crooked streets: a grid whose crossings are moved and whose streets bend. Everything follows from
/// the seed.</summary>
internal sealed class Metropolis
{
    private const double BlockMeters = 170;
    private const double MovedMeters = 25;
    private const double BulgeMeters = 14;
    private const int PiecesOfStreet = 8;

    private readonly Spot[] _crossings;
    private readonly double[] _bulges;

    public Metropolis(int seed, int blocks)
    {
        Blocks = blocks;
        var random = new Random(seed);
        _crossings = [.. Enumerable.Range(0, blocks * blocks).Select(crossing =>
            (BlockMeters * new Spot((crossing % blocks) - (blocks / 2), (crossing / blocks) - (blocks / 2)))
            + (MovedMeters * new Spot((2 * random.NextDouble()) - 1, (2 * random.NextDouble()) - 1)))];
        _bulges = [.. Enumerable.Range(0, 2 * blocks * blocks)
            .Select(_ => BulgeMeters * ((2 * random.NextDouble()) - 1))];
    }

    public int Blocks { get; }

    public Plane Plane { get; } = new(48.2, 16.37);

    public Spot Crossing(int number) => _crossings[number];

    /// <summary>The street between two neighbours, bent the same way from either end.</summary>
    public Way Street(int from, int to)
    {
        var (first, second) = (Math.Min(from, to), Math.Max(from, to));
        var bulge = _bulges[(2 * first) + (second - first == 1 ? 0 : 1)];
        var chord = _crossings[second] - _crossings[first];
        var aside = (bulge / chord.Length) * chord.Left;
        var way = new Way(Enumerable.Range(0, PiecesOfStreet + 1).Select(piece =>
        {
            var part = (double)piece / PiecesOfStreet;
            return _crossings[first] + (part * chord) + (4 * part * (1 - part) * aside);
        }));
        return from < to ? way : way.Reverse();
    }

    /// <summary>Crossings one after the other: mostly on, often around a corner, now and then back, at times around a
    /// block several times.</summary>
    public int[] Wander(Random random, int streets, int? from = null)
    {
        var route = new List<int> { from ?? random.Next(_crossings.Length) };
        var direction = random.Next(4);
        while (route.Count <= streets)
        {
            var laps = random.NextDouble() < 0.01 ? random.Next(2, 5) : 0;
            for (var corner = 0; corner < (4 * laps); corner++)
            {
                Go(route, (direction + corner) % 4);
            }

            var turn = random.NextDouble();
            direction = (direction + (turn < 0.6 ? 0 : turn < 0.79 ? 1 : turn < 0.98 ? 3 : 2)) % 4;
            direction = Go(route, direction) ? direction : random.Next(4);
        }

        return [.. route];
    }

    private bool Go(List<int> route, int direction)
    {
        var (column, row) = (route[^1] % Blocks, route[^1] / Blocks);
        (column, row) = direction switch
        {
            0 => (column + 1, row),
            1 => (column, row + 1),
            2 => (column - 1, row),
            _ => (column, row - 1),
        };
        if (column < 0 || row < 0 || column >= Blocks || row >= Blocks)
        {
            return false;
        }

        route.Add((row * Blocks) + column);
        return true;
    }
}
