using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Strava.Replay.Generation;

/// <summary>
/// SplitMix64. The framework's seeded Random promises its sequence for no other version, but a recording must come out
/// the same on every machine: it is sent again under the same id.
/// </summary>
internal sealed class SeededRandom(ulong seed)
{
    private ulong _state = seed;

    public static SeededRandom Of(string text) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text))));

    /// <summary>Evenly from [least, most).</summary>
    public double Between(double least, double most) => least + ((most - least) * Unit());

    /// <summary>Evenly from least to most, both included.</summary>
    public int Whole(int least, int most) => least + (int)(Unit() * (most - least + 1));

    public bool IsTrue(double probability) => Unit() < probability;

    /// <summary>Normally distributed, mean 0, deviation 1 (Box and Muller).</summary>
    public double Gauss() => Math.Sqrt(-2 * Math.Log(1 - Unit())) * Math.Cos(2 * Math.PI * Unit());

    /// <summary>An independent sequence, so that one part may draw more without changing the others.</summary>
    public SeededRandom Fork() => new(Next());

    private double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    private ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var mixed = _state;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
