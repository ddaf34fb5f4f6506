namespace Strava.Oracle;

/// <summary>
/// Version 3 of the stored form, read by its description (decision 10): predictions, and their errors in a binary range
/// code. Decodes only, in its own words.
/// </summary>
internal sealed class CodedWalk
{
    private readonly byte[] _bytes;
    private int _next;
    private uint _range = 0xFFFF_FFFF;
    private uint _code;

    private CodedWalk(byte[] bytes, int first)
    {
        (_bytes, _next) = (bytes, first);
        for (var i = 0; i < 4; i++)
        {
            _code = (_code << 8) + _bytes[_next++];
        }
    }

    public static List<StoredPoint> Read(byte[] bytes) => new CodedWalk(bytes, 1).Points();

    private List<StoredPoint> Points()
    {
        var header = new Numbers(this);
        var count = (int)header.Next();
        var modes = Enumerable.Range(0, 8).Select(_ => (int)Plain(2)).ToArray();
        var (period, grain, isSmooth) = (header.Next(), header.Next(), Plain(1) == 1);

        var presences = Enumerable.Range(0, 8).Select(_ => new Likelihood()).ToArray();
        var columns = Enumerable.Range(0, 8).Select(_ => new Numbers(this)).ToArray();
        var channels = new long[8];
        var (north, east) = (new Coordinate(this), new Coordinate(this));
        long? beat = null;
        (long First, long Level, long Slope)? height = null;
        var points = new List<StoredPoint>(count);
        for (var i = 0; i < count; i++)
        {
            bool IsThere(int column) => modes[column] == 1 || (modes[column] == 2 && Bit(presences[column]) == 1);

            long? at = null;
            if (IsThere(0))
            {
                at = columns[0].Next() + (beat is { } b ? (b >> 4) + period : 0);
                var late = (at.Value * 16) - ((beat ?? 0) + (period * 16));
                beat = beat is null || Math.Abs(late) > period * 8 ? at * 16 : beat + (period * 16) + (late >> 4);
            }

            var latitude = north.Next(at);
            var longitude = east.Next(at);
            if (IsThere(1))
            {
                // What the heights are is not asked here; how they go on has to be followed to stay in step.
                var error = columns[1].Next();
                if (height is { } h)
                {
                    var value = (((h.Level + h.Slope + 128) >> 8) + error) << 8;
                    var surprise = value - h.Level - h.Slope;
                    height = isSmooth
                        ? (h.First, h.Level + h.Slope + (surprise >> 1), h.Slope + ((surprise * 5) >> 4))
                        : (h.First, value, 0);
                }
                else
                {
                    height = (error, 0, 0);
                }
            }

            long? accuracy = null;
            for (var column = 2; column < 8; column++)
            {
                if (IsThere(column))
                {
                    channels[column] += columns[column].Next();
                    accuracy = column == 2 ? channels[2] : accuracy;
                }
            }

            points.Add(new StoredPoint(at, (int)latitude, (int)longitude, accuracy));
        }

        return _code == 0 && _next == _bytes.Length && grain > 0
            ? points
            : throw new InvalidDataException("The coded points do not end with their bytes.");
    }

    private int Bit(Likelihood likelihood)
    {
        var zero = (_range >> 16) * (uint)likelihood.Zero;
        var isOne = _code >= zero;
        _code -= isOne ? zero : 0;
        _range = isOne ? _range - zero : zero;
        likelihood.Learn(isOne);
        Refill();
        return isOne ? 1 : 0;
    }

    private ulong Plain(int bits)
    {
        var value = 0UL;
        for (; bits > 0; bits--)
        {
            _range /= 2;
            var isOne = _code >= _range;
            _code -= isOne ? _range : 0;
            value = (value * 2) + (isOne ? 1UL : 0);
            Refill();
        }

        return value;
    }

    private void Refill()
    {
        for (; _range < 1 << 24; _range <<= 8)
        {
            _code = (_code << 8) + _bytes[_next++];
        }
    }

    /// <summary>How likely a 0 is, in 65,536ths: half the way to what came at first, a 64th of it later.</summary>
    private sealed class Likelihood
    {
        private static readonly int[] LastOfEach = [0, 2, 6, 14, 30];
        private int _seen;

        public int Zero { get; private set; } = 32_768;

        public void Learn(bool isOne)
        {
            var shift = 1 + LastOfEach.Count(last => _seen > last);
            Zero = Math.Clamp(Zero + (((isOne ? 0 : 65_536) - Zero) >> shift), 32, 65_504);
            _seen++;
        }
    }

    /// <summary>The numbers of one column.</summary>
    private sealed class Numbers(CodedWalk walk)
    {
        private readonly Likelihood[] _lengths = [.. Enumerable.Range(0, 65).Select(_ => new Likelihood())];
        private readonly Dictionary<(int Length, int Top), Likelihood> _tops = [];
        private readonly Likelihood _sign = new();
        private bool _isFirst = true;

        public long Next()
        {
            if (_isFirst)
            {
                _isFirst = false;
                var zigzag = walk.Plain((int)walk.Plain(7));
                return zigzag % 2 == 0 ? (long)(zigzag / 2) : -(long)(zigzag / 2) - 1;
            }

            var length = 0;
            while (length < 64 && walk.Bit(_lengths[length]) == 1)
            {
                length++;
            }

            if (length == 0)
            {
                return 0;
            }

            var (top, rest) = (1, length - 1);
            for (; rest > 0 && top < 4; rest--)
            {
                if (!_tops.TryGetValue((length, top), out var likelihood))
                {
                    _tops.Add((length, top), likelihood = new Likelihood());
                }

                top = (top * 2) + walk.Bit(likelihood);
            }

            var magnitude = (long)(((ulong)top << rest) + walk.Plain(rest));
            return walk.Bit(_sign) == 1 ? -magnitude : magnitude;
        }
    }

    /// <summary>Latitude or longitude: where the last leg's speed leads.</summary>
    private sealed class Coordinate(CodedWalk walk)
    {
        private readonly Numbers _errors = new(walk);
        private (long Value, long? At)? _last;
        private (long Distance, long Ms) _leg;

        public long Next(long? at)
        {
            var ms = at - _last?.At ?? 0;
            var isTimed = ms is > 0 and <= int.MaxValue && _leg.Ms is > 0 and <= int.MaxValue;
            var ahead = isTimed ? _leg.Distance * Math.Min(ms, _leg.Ms * 4) / _leg.Ms : _leg.Distance;
            var value = (_last?.Value ?? 0) + ahead + _errors.Next();
            _leg = (_last is { } last ? value - last.Value : 0, ms);
            _last = (value, at);
            return value;
        }
    }
}
