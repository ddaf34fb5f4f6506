namespace Strava.Contracts.Tracks;

/// <summary>Bytes that are no encoded points: cut off, changed, of another version, or hostile.</summary>
public sealed class PointCodecException : FormatException
{
    /// <summary>Makes one without a message.</summary>
    public PointCodecException()
    {
    }

    /// <summary>Makes one with a message.</summary>
    public PointCodecException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one with a message and its cause.</summary>
    public PointCodecException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
