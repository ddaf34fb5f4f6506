namespace Strava.Contracts.Tracks;

/// <summary>Where a column's values are.</summary>
internal enum ColumnMode
{
    /// <summary>No point has it.</summary>
    Absent,

    /// <summary>Every point has it.</summary>
    Everywhere,

    /// <summary>A bit a point says it.</summary>
    Mixed,
}

/// <summary>What the encoder finds out about all points beforehand and tells the decoder.</summary>
/// <param name="Modes">Of time, elevation, accuracy, heart rate, cadence, power, temperature, speed.</param>
/// <param name="PeriodMs">The sampling period; 0: there is none.</param>
/// <param name="ElevationGrain">All elevations differ by multiples of this, cm.</param>
/// <param name="IsElevationSmooth">Whether level and slope predict it better than the value before.</param>
internal readonly record struct SequenceHints(ColumnMode[] Modes, long PeriodMs, long ElevationGrain, bool IsElevationSmooth)
{
    public const int Columns = 8;

    /// <summary>A hint may be wrong, it only costs bytes: so many points are enough to find it.</summary>
    private const int Sample = 512;

    private const long MaxPeriodMs = 86_400_000;
    private const long MaxGrain = 1_000_000;

    public static SequenceHints Of(ReadOnlySpan<TrackPoint> points)
    {
        Span<int> there = stackalloc int[Columns];
        foreach (ref readonly var point in points)
        {
            there[0] += point.AtMs is null ? 0 : 1;
            there[1] += point.ElevationCm is null ? 0 : 1;
            there[2] += point.AccuracyCm is null ? 0 : 1;
            there[3] += point.HeartRate is null ? 0 : 1;
            there[4] += point.Cadence is null ? 0 : 1;
            there[5] += point.PowerWatts is null ? 0 : 1;
            there[6] += point.TemperatureC is null ? 0 : 1;
            there[7] += point.SpeedMillimetersPerSecond is null ? 0 : 1;
        }

        var modes = new ColumnMode[Columns];
        for (var i = 0; i < Columns; i++)
        {
            modes[i] = there[i] == 0 ? ColumnMode.Absent : there[i] == points.Length ? ColumnMode.Everywhere : ColumnMode.Mixed;
        }

        var grain = GrainOf(points);
        return new SequenceHints(modes, PeriodOf(points), grain, SmoothCost(points, grain, true) < SmoothCost(points, grain, false));
    }

    /// <exception cref="PointCodecException">Decoding what cannot be.</exception>
    public SequenceHints Code<TCoder>(TCoder coder, NumberModel numbers)
        where TCoder : IBitCoder
    {
        var modes = new ColumnMode[Columns];
        for (var i = 0; i < Columns; i++)
        {
            modes[i] = (ColumnMode)coder.Bits((ulong)(Modes?[i] ?? 0), 2);
        }

        var period = numbers.Code(coder, PeriodMs);
        var grain = numbers.Code(coder, ElevationGrain);
        var isSmooth = coder.Bits(IsElevationSmooth ? 1UL : 0, 1) == 1;
        return modes.All(mode => mode <= ColumnMode.Mixed) && period is >= 0 and <= MaxPeriodMs && grain is > 0 and <= MaxGrain
            ? new SequenceHints(modes, period, grain, isSmooth)
            : throw new PointCodecException("The head of the points cannot be.");
    }

    /// <summary>The median time between points, a round number when it is close to one.</summary>
    private static long PeriodOf(ReadOnlySpan<TrackPoint> points)
    {
        var gaps = new List<long>(Sample);
        for (var i = 1; i < Math.Min(points.Length, Sample); i++)
        {
            if (points[i].AtMs is { } at && points[i - 1].AtMs is { } before && unchecked(at - before) is > 0 and <= MaxPeriodMs and var gap)
            {
                gaps.Add(gap);
            }
        }

        if (gaps.Count == 0)
        {
            return 0;
        }

        gaps.Sort();
        var median = gaps[gaps.Count / 2];
        var rounded = (median + 50) / 100 * 100;
        return Math.Abs(median - rounded) * 50 <= median && rounded > 0 ? rounded : median;
    }

    /// <summary>The greatest common divisor of the differences.</summary>
    private static long GrainOf(ReadOnlySpan<TrackPoint> points)
    {
        long? first = null;
        var grain = 0L;
        foreach (ref readonly var point in points)
        {
            if (point.ElevationCm is { } here)
            {
                first ??= here;
                grain = Gcd(grain, Math.Abs(here - first.Value));
                if (grain == 1)
                {
                    break;
                }
            }
        }

        return Math.Clamp(grain, 1, MaxGrain) is var usable && grain % usable == 0 ? usable : 1;
    }

    private static long Gcd(long a, long b)
    {
        while (b != 0)
        {
            (a, b) = (b, a % b);
        }

        return a;
    }

    // About how many bits the elevations would take.
    private static double SmoothCost(ReadOnlySpan<TrackPoint> points, long grain, bool isSmooth)
    {
        var predictor = new SmoothPredictor(grain, isSmooth);
        long? first = null;
        var bits = 0.0;
        foreach (ref readonly var point in points[..Math.Min(points.Length, Sample)])
        {
            if (point.ElevationCm is { } here)
            {
                first ??= here;
                var grains = (here - first.Value) / grain;
                bits += Math.Log2(1 + Math.Abs((double)grains - predictor.Next()));
                predictor.Learn(grains);
            }
        }

        return bits;
    }
}
