namespace Strava.Leaderboards.Launch;

/// <summary>Each is switched by itself.</summary>
internal enum LaunchPart
{
    /// <summary>Whose scores are carried to the boards.</summary>
    Writes,

    /// <summary>Who is answered from the boards.</summary>
    Reads,

    /// <summary>Which boards are compared with a recomputation from the ledger.</summary>
    Compare,
}

/// <summary>What is launched: a kind of board, or one of its boards where those are launched one by one.</summary>
/// <param name="Kind">As the settings call it.</param>
/// <param name="One">
/// Has switches of its own in <c>Launch:{Kind}:One:{One}</c>; where it has none, the kind's count.
/// </param>
internal readonly record struct LaunchFeature(string Kind, Guid? One = null)
{
    public static LaunchFeature Clubs { get; } = new("Clubs");

    public static LaunchFeature Challenges { get; } = new("Challenges");

    public static IReadOnlyList<LaunchFeature> Kinds { get; } = [Clubs, Challenges];

    /// <summary>Its kind.</summary>
    public LaunchFeature OfAll => this with { One = null };

    public static LaunchFeature Challenge(Guid id) => new("Challenges", id);
}
