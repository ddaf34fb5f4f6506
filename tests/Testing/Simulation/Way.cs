namespace Strava.Testing.Simulation;

/// <summary>A broken line on a plane.</summary>
internal sealed class Way
{
    private readonly Spot[] _spots;
    private readonly double[] _metersTo;

    public Way(IEnumerable<Spot> spots)
    {
        _spots = [.. spots];
        _metersTo = new double[_spots.Length];
        for (var index = 1; index < _spots.Length; index++)
        {
            _metersTo[index] = _metersTo[index - 1] + (_spots[index] - _spots[index - 1]).Length;
        }
    }

    public double Meters => _metersTo[^1];

    public IReadOnlyList<Spot> Spots => _spots;

    public static Way Straight(params (double East, double North)[] spots) =>
        new(spots.Select(spot => new Spot(spot.East, spot.North)));

    /// <summary>Times around a circle, from its eastmost place to the left.</summary>
    public static Way Circle(double radiusMeters, double laps) => new(Enumerable
        .Range(0, (int)Math.Round(laps * 72) + 1)
        .Select(step => Math.SinCos(step * Math.Tau / 72))
        .Select(angle => new Spot(radiusMeters * angle.Cos, radiusMeters * angle.Sin)));

    public Spot At(double meters)
    {
        var index = Array.BinarySearch(_metersTo, meters);
        var leg = Math.Clamp(index >= 0 ? index : ~index - 1, 0, _spots.Length - 2);
        var length = _metersTo[leg + 1] - _metersTo[leg];
        var part = length > 0 ? Math.Clamp((meters - _metersTo[leg]) / length, 0, 1) : 0;
        return _spots[leg] + (part * (_spots[leg + 1] - _spots[leg]));
    }

    public Way Slice(double fromMeters, double toMeters) => new([
        At(fromMeters),
        .. _spots.Where((_, index) => _metersTo[index] > fromMeters && _metersTo[index] < toMeters),
        At(toMeters)]);

    public Way Reverse() => new(_spots.Reverse());

    public Way Then(params Way[] others) => new([.. _spots, .. others.SelectMany(other => other._spots)]);

    /// <summary>As far to its left all along.</summary>
    public Way Aside(double meters) => new(_spots.Select((spot, index) =>
    {
        var along = _spots[Math.Min(index + 1, _spots.Length - 1)] - _spots[Math.Max(index - 1, 0)];
        return spot + ((meters / Math.Max(along.Length, 1e-9)) * along.Left);
    }));
}
