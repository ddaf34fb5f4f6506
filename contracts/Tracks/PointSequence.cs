namespace Strava.Contracts.Tracks;

/// <summary>
/// Points as a sequence of small surprises: each column has a prediction, and what is coded is the difference from it.
/// One walk for both directions; integers alone, so that every machine predicts the same.
/// </summary>
/// <remarks>
/// Time: the next beat of the sampling period, the beat following the phone's clock slowly. Position: where the last
/// leg's speed leads in the time that passed. Elevation: a level and a slope, smoothed (Holt 1957), in the column's own
/// grain. Others: the value before.
/// </remarks>
internal sealed class PointSequence<TCoder>
    where TCoder : IBitCoder
{
    private const int Columns = SequenceHints.Columns;

    private readonly TCoder _coder;
    private readonly NumberModel _header = new();
    private readonly ColumnCode[] _columns;
    private readonly NumberModel _latitude = new();
    private readonly NumberModel _longitude = new();

    public PointSequence(TCoder coder)
    {
        _coder = coder;
        _columns = new ColumnCode[Columns];
        for (var i = 0; i < Columns; i++)
        {
            _columns[i] = new ColumnCode();
        }
    }

    /// <param name="points">Those to encode; empty when decoding.</param>
    /// <param name="hints">What the encoder found out beforehand; anything when decoding.</param>
    /// <returns>The points.</returns>
    /// <exception cref="PointCodecException">Decoding what is no points.</exception>
    public TrackPoint[] Code(ReadOnlySpan<TrackPoint> points, SequenceHints hints)
    {
        var count = _header.Code(_coder, points.Length);
        if (count is < 0 or > PointCodec.MaxPoints)
        {
            throw new PointCodecException($"{count} points are more than {PointCodec.MaxPoints}.");
        }

        hints = hints.Code(_coder, _header);
        for (var i = 0; i < Columns; i++)
        {
            _columns[i].Mode = hints.Modes[i];
        }

        var time = new BeatPredictor(hints.PeriodMs);
        var north = new LegPredictor();
        var east = new LegPredictor();
        var elevation = new SmoothPredictor(hints.ElevationGrain, hints.IsElevationSmooth);

        // Grown as the bytes bear it: a claim of many points allocates nothing.
        var decoded = new TrackPoint[points.Length > 0 ? points.Length : Math.Min((int)count, 1_024)];
        Span<int?> channels = stackalloc int?[Columns];
        for (var i = 0; i < count; i++)
        {
            var point = points.Length > 0 ? points[i] : default;
            var at = CodeTime(ref time, point.AtMs);
            var latitude = north.Code(_coder, _latitude, point.LatitudeE6, at);
            var longitude = east.Code(_coder, _longitude, point.LongitudeE6, at);
            channels[1] = CodeElevation(ref elevation, point.ElevationCm);
            channels[2] = CodeChannel(2, point.AccuracyCm);
            channels[3] = CodeChannel(3, point.HeartRate);
            channels[4] = CodeChannel(4, point.Cadence);
            channels[5] = CodeChannel(5, point.PowerWatts);
            channels[6] = CodeChannel(6, point.TemperatureC);
            channels[7] = CodeChannel(7, point.SpeedMillimetersPerSecond);
            if (i == decoded.Length)
            {
                Array.Resize(ref decoded, (int)Math.Min(count, decoded.Length * 2L));
            }

            decoded[i] = new TrackPoint(
                at, Position(latitude, 90_000_000), Position(longitude, 180_000_000),
                channels[1], channels[2], channels[3], channels[4], channels[5], channels[6], channels[7]);
        }

        return decoded.Length == count ? decoded : decoded[..(int)count];
    }

    private long? CodeTime(ref BeatPredictor beat, long? at)
    {
        var column = _columns[0];
        if (!column.CodePresence(_coder, at is not null))
        {
            return null;
        }

        var predicted = beat.Next();
        var coded = unchecked(predicted + column.Numbers.Code(_coder, unchecked((at ?? 0) - predicted)));
        beat.Learn(coded);
        return coded;
    }

    private int? CodeElevation(ref SmoothPredictor smooth, int? value)
    {
        var column = _columns[1];
        if (!column.CodePresence(_coder, value is not null))
        {
            return null;
        }

        return Channel(smooth.Code(_coder, column.Numbers, value ?? 0));
    }

    private int? CodeChannel(int index, int? value)
    {
        var column = _columns[index];
        if (!column.CodePresence(_coder, value is not null))
        {
            return null;
        }

        column.Last = unchecked(column.Last + column.Numbers.Code(_coder, (value ?? 0) - column.Last));
        return Channel(column.Last);
    }

    private static int Channel(long value) =>
        value is >= int.MinValue and <= int.MaxValue ? (int)value : throw new PointCodecException("A channel does not fit 32 bits.");

    private static int Position(long value, int most) =>
        Math.Abs(value) <= most ? (int)value : throw new PointCodecException("A position is off the globe.");

    /// <summary>Whether a column is there at all, and how its numbers are coded.</summary>
    private sealed class ColumnCode
    {
        private BitModel _presence;

        public ColumnMode Mode { get; set; }

        // Most columns are absent.
        public NumberModel Numbers => field ??= new NumberModel();

        public long Last { get; set; }

        public bool CodePresence(TCoder coder, bool isThere) => Mode switch
        {
            ColumnMode.Absent => false,
            ColumnMode.Everywhere => true,
            _ => coder.Bit(ref _presence, isThere ? 1 : 0) == 1,
        };
    }
}
