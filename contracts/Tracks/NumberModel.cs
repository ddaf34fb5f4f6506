using System.Numerics;

namespace Strava.Contracts.Tracks;

/// <summary>
/// Signed numbers that are mostly small: the bit length of the magnitude (unary, learnt), the two bits below the top
/// one (learnt), the rest as it is, then the sign (learnt). An adaptive Elias-gamma code; any 64-bit number fits. The
/// first number, a column's absolute value, says nothing about those that follow: it is written plainly and nothing is
/// learnt from it.
/// </summary>
internal sealed class NumberModel
{
    private const int Lengths = 65;

    private readonly BitModel[] _lengths = new BitModel[Lengths];
    private readonly BitModel[] _high = new BitModel[Lengths * 4];
    private BitModel _sign;
    private bool _isUnderWay;

    public long Code<TCoder>(TCoder coder, long value)
        where TCoder : IBitCoder
    {
        if (!_isUnderWay)
        {
            _isUnderWay = true;
            return CodePlainly(coder, value);
        }

        var magnitude = value < 0 ? 0 - (ulong)value : (ulong)value;
        var length = CodeLength(coder, 64 - BitOperations.LeadingZeroCount(magnitude));
        if (length == 0)
        {
            return 0;
        }

        var rest = length - 1;
        var prefix = 1UL;
        for (var learnt = 0; learnt < 2 && rest > 0; learnt++)
        {
            rest--;
            var bit = coder.Bit(ref _high[(length * 4) + (int)prefix], (int)((magnitude >> rest) & 1));
            prefix = (prefix << 1) | (uint)bit;
        }

        magnitude = (prefix << rest) | coder.Bits(magnitude & ((1UL << rest) - 1), rest);
        return coder.Bit(ref _sign, value < 0 ? 1 : 0) == 0 ? (long)magnitude : (long)(0 - magnitude);
    }

    // Zigzag, its length, then its bits: small first numbers are short too.
    private static long CodePlainly<TCoder>(TCoder coder, long value)
        where TCoder : IBitCoder
    {
        var zigzag = (ulong)((value << 1) ^ (value >> 63));
        var length = (int)coder.Bits((ulong)(64 - BitOperations.LeadingZeroCount(zigzag)), 7);
        if (length > 64)
        {
            throw new PointCodecException($"A number of {length} bits.");
        }

        zigzag = coder.Bits(zigzag, length);
        return (long)(zigzag >> 1) ^ -(long)(zigzag & 1);
    }

    private int CodeLength<TCoder>(TCoder coder, int length)
        where TCoder : IBitCoder
    {
        var candidate = 0;
        while (candidate < Lengths - 1 && coder.Bit(ref _lengths[candidate], candidate == length ? 0 : 1) == 1)
        {
            candidate++;
        }

        return candidate;
    }
}
