namespace Strava.Fuzz.Running;

/// <summary>Something that reads input from outside, and what must hold for any input.</summary>
internal abstract class FuzzTarget
{
    public abstract string Name { get; }

    /// <summary>The longest that one input may take; generous, since other work shares the machine.</summary>
    public virtual TimeSpan Patience => TimeSpan.FromSeconds(5);

    /// <summary>Bytes that may be allocated for an input, whatever it says of itself.</summary>
    public abstract long MostBytes(int inputBytes);

    /// <summary>An input; the same random numbers make the same one.</summary>
    public abstract byte[] Make(Random random);

    /// <summary>
    /// Reads the input. A documented refusal is swallowed here; whatever else is thrown is a failure, and
    /// <see cref="BrokenPropertyException"/> says that something was read and is wrong.
    /// </summary>
    public abstract void Read(byte[] input);
}

/// <summary>A property that must hold for any input does not.</summary>
internal sealed class BrokenPropertyException(string message) : Exception(message)
{
    public static void Unless(bool holds, string message)
    {
        if (!holds)
        {
            throw new BrokenPropertyException(message);
        }
    }
}
