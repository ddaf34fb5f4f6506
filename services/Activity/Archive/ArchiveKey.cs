using System.Text.RegularExpressions;

namespace Strava.Activities.Archive;

/// <summary>How soon an object must be at hand. Persisted numbers: append only.</summary>
internal enum Tier : short
{
    Warm = 1,
    Cold = 2,
}

/// <summary>
/// The key of an object: <c>warm/3f/(activity)-(attempt)</c>. Each attempt has a key of its own, so an object is
/// never written twice, and one that was given up can never come to be referred to again.
/// </summary>
internal sealed partial record ArchiveKey
{
    private ArchiveKey(string value) => Value = value;

    public string Value { get; }

    public Tier Tier => Value.StartsWith("cold/", StringComparison.Ordinal) ? Tier.Cold : Tier.Warm;

    public static ArchiveKey Make(Guid activityId, Tier tier, DateTimeOffset now)
    {
        // The last digits of an id spread evenly; its first are the time.
        var shard = activityId.ToString("N")[^2..];
        return new ArchiveKey($"{(tier == Tier.Cold ? "cold" : "warm")}/{shard}/{activityId:D}-{Guid.CreateVersion7(now):N}");
    }

    /// <summary>What a row says becomes a path, so only what <see cref="Make"/> makes is a key.</summary>
    /// <exception cref="InvalidDataException">It is not.</exception>
    public static ArchiveKey Parse(string reference) => Form().IsMatch(reference)
        ? new ArchiveKey(reference)
        : throw new InvalidDataException("An event names an object that is none of ours.");

    [GeneratedRegex(@"\A(warm|cold)/[0-9a-f]{2}/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-[0-9a-f]{32}\z")]
    private static partial Regex Form();
}
