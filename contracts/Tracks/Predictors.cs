namespace Strava.Contracts.Tracks;

/// <summary>
/// The next beat of a steady period, in 1/16 ms; wrapping, so that any time at all is only a large surprise.
/// </summary>
internal struct BeatPredictor(long periodMs)
{
    private long _beat16;
    private bool _isLost = true;

    public readonly long Next() => unchecked((_beat16 >> 4) + (_isLost ? 0 : periodMs));

    public void Learn(long atMs)
    {
        var late16 = unchecked((atMs << 4) - (_beat16 + (periodMs << 4)));
        // A pause, a dropout, another rhythm: the beat begins anew at this point. Else it follows by a sixteenth.
        if (_isLost || late16 > periodMs << 3 || late16 < -(periodMs << 3))
        {
            _beat16 = unchecked(atMs << 4);
        }
        else
        {
            _beat16 = unchecked(_beat16 + (periodMs << 4) + (late16 >> 4));
        }

        _isLost = false;
    }
}

/// <summary>One coordinate, led on by the last leg's speed.</summary>
internal struct LegPredictor
{
    /// <summary>After a long silence the old speed says nothing about a time many legs long.</summary>
    private const int MaxStretch = 4;

    private long _last;
    private long _leg;
    private long? _lastAt;
    private long _legMs;
    private bool _seen;

    public long Code<TCoder>(TCoder coder, NumberModel numbers, long value, long? at)
        where TCoder : IBitCoder
    {
        var ms = at is { } now && _lastAt is { } before ? unchecked(now - before) : 0;
        var predicted = unchecked(_last + Stretched(ms));
        var coded = unchecked(predicted + numbers.Code(coder, unchecked(value - predicted)));
        // The first leg leads from nowhere.
        _leg = _seen ? unchecked(coded - _last) : 0;
        _seen = true;
        _last = coded;
        _lastAt = at;
        _legMs = ms;
        return coded;
    }

    private readonly long Stretched(long ms) =>
        ms > 0 && _legMs > 0 && ms <= int.MaxValue && _legMs <= int.MaxValue && Math.Abs(_leg) <= int.MaxValue
            ? _leg * Math.Min(ms, _legMs * MaxStretch) / _legMs
            : _leg;
}

/// <summary>Level and slope, smoothed, in 1/256 of the grain; or just the value before.</summary>
/// <param name="grain">What all differences are multiples of.</param>
/// <param name="isSmooth">Better for a noisy sensor; the value before is better for one that moves in steps.</param>
internal struct SmoothPredictor(long grain, bool isSmooth)
{
    private long _level;
    private long _slope;
    private long? _first;

    public long Code<TCoder>(TCoder coder, NumberModel numbers, long value)
        where TCoder : IBitCoder
    {
        if (_first is not { } first)
        {
            var coded = numbers.Code(coder, value);
            _first = coded;
            return coded;
        }

        var predicted = Next();
        var grains = unchecked(predicted + numbers.Code(coder, ((value - first) / grain) - predicted));
        Learn(grains);
        return unchecked(first + (grains * grain));
    }

    public readonly long Next() => unchecked(_level + _slope + 128) >> 8;

    public void Learn(long grains)
    {
        var value = unchecked(grains << 8);
        if (isSmooth)
        {
            var surprise = unchecked(value - _level - _slope);
            _level = unchecked(_level + _slope + (surprise >> 1));
            _slope = unchecked(_slope + (surprise * 5 >> 4));
        }
        else
        {
            _level = value;
        }
    }
}
