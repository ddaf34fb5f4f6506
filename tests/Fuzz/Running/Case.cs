namespace Strava.Fuzz.Running;

internal static class Case
{
    /// <returns><c>null</c> when the input was read, or refused as documented, within its memory.</returns>
    public static string? FaultOf(FuzzTarget target, byte[] input)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            target.Read(input);
        }
#pragma warning disable CA1031 // Finding what nobody has foreseen is the very purpose.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return exception.ToString();
        }

        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        return bytes > target.MostBytes(input.Length)
            ? $"It took {bytes} bytes of memory for an input of {input.Length} bytes."
            : null;
    }
}
