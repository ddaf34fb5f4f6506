namespace Strava.Access;

/// <summary>Who asks.</summary>
public enum Actor
{
    /// <summary>The athlete whose activities all is about.</summary>
    Owner,

    /// <summary>A friend of the owner.</summary>
    Friend,

    /// <summary>Signed in, and nothing else.</summary>
    Stranger,

    /// <summary>
    /// A stranger whose token claims every role there might be. No route knows a role: to the platform this is a
    /// stranger.
    /// </summary>
    Admin,

    /// <summary>Without a token.</summary>
    Nobody,
}

/// <summary>Which way a request goes in.</summary>
public enum Door
{
    Gateway,

    /// <summary>The service's own port: it must not rely on what the gateway has checked.</summary>
    Service,
}

/// <summary>An activity of the owner's: who may see it, and whether it is saved or still being recorded.</summary>
public sealed record Target(string Visibility, bool IsSaved)
{
    public static IReadOnlyList<Target> All { get; } =
    [
        .. from visibility in new[] { "EVERYONE", "FRIENDS", "ONLY_ME" }
           from isSaved in new[] { true, false }
           select new Target(visibility, isSaved),
    ];

    public override string ToString() => $"{Visibility} {(IsSaved ? "saved" : "open")}";
}

/// <summary>One request of the matrix.</summary>
public sealed record Cell(Rule Rule, Actor Actor, Target? Target, Door Door)
{
    /// <summary>
    /// What is being recorded tells where somebody is now, so only friends see that.
    /// </summary>
    public bool SeesTarget => (Actor, Target!.Visibility, Target.IsSaved) switch
    {
        (Actor.Nobody, _, _) => false,
        (Actor.Owner, _, _) => true,
        (_, "ONLY_ME", _) => false,
        (Actor.Friend, _, _) => true,
        (_, "EVERYONE", true) => true,
        _ => false,
    };

    public override string ToString() => $"{Rule.Operation} by {Actor} on {Target?.ToString() ?? "-"} at {Door}";
}
