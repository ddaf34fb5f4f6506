namespace Strava.Access;

/// <summary>What an operation answers to whom.</summary>
/// <param name="Service">Short name, as the stack has it.</param>
/// <param name="Operation">Method and path, as its document has them.</param>
/// <param name="Expected">The statuses that are right for a signed-in caller. Nobody's is 401, unless it is
/// open.</param>
public sealed record Rule(string Service, string Operation, Func<Cell, int[]> Expected)
{
    /// <summary>Answers without a token too.</summary>
    public bool IsOpen { get; init; }

    /// <summary>Then there is a cell for each of the owner's activities.</summary>
    public bool IsAboutActivity { get; init; }

    /// <summary>Added to the path.</summary>
    public string Query { get; init; } = "";

    /// <summary>Which example of the document is sent; <c>null</c>: the first.</summary>
    public string? Example { get; init; }

    /// <summary>
    /// What an answer of 2xx must hold, or must not, given the owner's activity; <c>null</c>: not looked at.
    /// </summary>
    public Func<Cell, bool>? ShowsTarget { get; init; }

    /// <summary>True where an answer of 2xx is about the caller and names the caller.</summary>
    public bool NamesCaller { get; init; }

    public string Method => Operation.Split(' ')[0];

    public string Path => Operation.Split(' ')[1];

    public IEnumerable<Cell> Cells() =>
        from actor in Enum.GetValues<Actor>()
        from target in IsAboutActivity ? Target.All : (IReadOnlyList<Target?>)[null]
        from door in Service == "gateway" ? [Door.Gateway] : Enum.GetValues<Door>()
        select new Cell(this, actor, target, door);

    public string Key => $"{Service} {Operation}";

    public override string ToString() => Example is null ? Key : $"{Key}, {Example}";
}
