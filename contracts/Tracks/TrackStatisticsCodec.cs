namespace Strava.Contracts.Tracks;

/// <summary>
/// What <see cref="TrackStatistics"/> remembers, in few bytes: it is written with each chunk. Byte 0 is the
/// <see cref="TrackStatisticsState.CurrentFormat"/>; then the members in the order below, zigzag varints, one that may
/// be missing behind a byte that says whether it is there.
/// </summary>
public static class TrackStatisticsCodec
{
    private const int ExpectedBytes = 128;

    /// <summary>Encodes. Cost: some 100 bytes, and 10 a split.</summary>
    public static byte[] Encode(TrackStatisticsState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var to = new ColumnWriter(ExpectedBytes + (state.Splits.Count * 16));
        to.Byte((byte)state.Format);
        to.Zigzag((int)state.Sport);
        to.Zigzag(state.PointCount);
        to.Zigzag(state.SuspectLegs);
        to.Zigzag(state.SuspectPoints);
        to.Zigzag(state.DistanceMillimeters);
        to.Optional(state.LastAtMs);
        to.Optional(state.CountedToMs);
        to.Zigzag(state.Interval);
        to.Optional(state.Previous.AtMs);
        to.Zigzag(state.Previous.LatitudeE6);
        to.Zigzag(state.Previous.LongitudeE6);
        to.Zigzag(state.Standing.StandingMs);
        to.Zigzag(state.Standing.WindowMs);
        to.Zigzag(state.Standing.WindowMillimeters);
        Write(to, state.Elevation);
        to.Zigzag(state.OpenSplit.Millimeters);
        to.Zigzag(state.OpenSplit.Ms);
        Write(to, state.OpenSplit.GainsAtStart);
        to.Byte(state.OpenSplit.HasElevation ? (byte)1 : (byte)0);
        to.Zigzag(state.Splits.Count);
        foreach (var split in state.Splits)
        {
            to.Zigzag(split.Millimeters);
            to.Zigzag(split.Ms);
            to.Byte(split.Gains is null ? (byte)0 : (byte)1);
            Write(to, split.Gains);
        }

        return to.ToArray();
    }

    /// <summary>Decodes.</summary>
    /// <returns><c>null</c>: the bytes are of another format, compute anew from the points.</returns>
    /// <exception cref="PointCodecException">The bytes are no such state.</exception>
    public static TrackStatisticsState? Decode(ReadOnlySpan<byte> encoded)
    {
        var from = new ColumnReader(encoded);
        if (from.Byte() != TrackStatisticsState.CurrentFormat)
        {
            return null;
        }

        // An initialiser runs from top to bottom: the order is the one of Encode.
        var state = new TrackStatisticsState
        {
            Sport = (Sports.Sport)from.Zigzag(),
            PointCount = (int)from.Zigzag(),
            SuspectLegs = (int)from.Zigzag(),
            SuspectPoints = (int)from.Zigzag(),
            DistanceMillimeters = from.Zigzag(),
            LastAtMs = from.Optional(),
            CountedToMs = from.Optional(),
            Interval = (int)from.Zigzag(),
            Previous = new TrackPoint(from.Optional(), (int)from.Zigzag(), (int)from.Zigzag()),
            Standing = new StandingTime(from.Zigzag(), from.Zigzag(), from.Zigzag()),
            Elevation = new ElevationTotals(
                new ElevationFilter(ReadClimb(ref from), from.Optional(), from.Zigzag(), from.Zigzag()),
                ReadClimb(ref from),
                new HeightNoise(from.Zigzag(), from.Zigzag(), from.Optional(), from.Zigzag()),
                (ElevationSource?)from.Optional()),
            OpenSplit = new OpenSplit(
                from.Zigzag(), from.Zigzag(), new ElevationGains(from.Zigzag(), from.Zigzag()), from.Byte() == 1),
            Splits = ReadSplits(ref from),
        };
        from.End();
        return state;
    }

    private static void Write(ColumnWriter to, ElevationTotals heights)
    {
        Write(to, heights.Gps.Climb);
        to.Optional(heights.Gps.OlderCm);
        to.Zigzag(heights.Gps.LastCm);
        to.Zigzag(heights.Gps.MeanFixed);
        Write(to, heights.Barometric);
        to.Zigzag(heights.Noise.Steps);
        to.Zigzag(heights.Noise.SumCm);
        to.Optional(heights.Noise.LastCm);
        to.Zigzag(heights.Noise.LastStepCm);
        to.Optional((long?)heights.Known);
    }

    private static void Write(ColumnWriter to, ElevationHysteresis climb)
    {
        to.Zigzag(climb.GainCm);
        to.Zigzag(climb.LossCm);
        to.Zigzag(climb.AnchorCm);
        to.Optional(climb.LastCm);
    }

    private static void Write(ColumnWriter to, ElevationGains? gains)
    {
        if (gains is { } there)
        {
            to.Zigzag(there.GpsCm);
            to.Zigzag(there.BarometricCm);
        }
    }

    private static ElevationHysteresis ReadClimb(ref ColumnReader from) =>
        new(from.Zigzag(), from.Zigzag(), from.Zigzag(), from.Optional());

    private static FinishedSplit[] ReadSplits(ref ColumnReader from)
    {
        var count = from.Zigzag();
        if (count is < 0 or > OpenSplit.MostSplits)
        {
            throw new PointCodecException($"{count} splits are more than {OpenSplit.MostSplits}.");
        }

        var splits = new FinishedSplit[count];
        for (var i = 0; i < count; i++)
        {
            splits[i] = new FinishedSplit(
                from.Zigzag(), from.Zigzag(), from.Byte() == 1 ? new ElevationGains(from.Zigzag(), from.Zigzag()) : null);
        }

        return splits;
    }

    private static void Optional(this ColumnWriter to, long? value)
    {
        to.Byte(value is null ? (byte)0 : (byte)1);
        if (value is { } there)
        {
            to.Zigzag(there);
        }
    }

    private static long? Optional(this ref ColumnReader from) => from.Byte() == 1 ? from.Zigzag() : null;
}
