namespace Strava.Leaderboards.Boards;

/// <summary>Where an athlete lives, by the profile; <c>null</c> where nothing is given.</summary>
internal sealed record AthletePlace(string? Country, string? Region, string? City)
{
    public static AthletePlace Unknown { get; } = new(null, null, null);
}

/// <summary>
/// A kind of place. To add one: one line in <see cref="All"/>, with codes that no other kind has (they stand in the
/// keys).
/// </summary>
/// <param name="Word">Before the colon in the API.</param>
/// <param name="Form">An example for people.</param>
/// <param name="Parse">Reads what follows the colon; <c>null</c>: no such place.</param>
/// <param name="Of">The code of an athlete's place of this kind; <c>null</c>: unknown.</param>
internal sealed record PlaceKind(string Word, string Form, Func<string, string?> Parse, Func<AthletePlace, string?> Of)
{
    public static PlaceKind Global { get; } =
        new("global", "global", rest => rest.Length == 0 ? "global" : null, _ => "global");

    public static IReadOnlyList<PlaceKind> All { get; } =
    [
        Global,
        new("country", "country:US", Country, place => place.Country is { } code ? Country(code) : null),
    ];

    private static string? Country(string code) =>
        code.Length == 2 && code.All(char.IsAsciiLetter) ? code.ToUpperInvariant() : null;
}

/// <summary>One place that has boards, e.g. the country US.</summary>
internal sealed record Place(PlaceKind Kind, string Code)
{
    public static Place Global { get; } = new(PlaceKind.Global, "global");

    public string Word => Kind == PlaceKind.Global ? Code : $"{Kind.Word}:{Code}";

    /// <summary>Every place that an athlete of <paramref name="place"/> competes in.</summary>
    public static IEnumerable<Place> Of(AthletePlace place) =>
        from kind in PlaceKind.All let code = kind.Of(place) where code is not null select new Place(kind, code);

    /// <returns><c>null</c> when the text names no place.</returns>
    public static Place? Parse(string text)
    {
        var (word, rest) = text.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon
            ? (text[..colon], text[(colon + 1)..])
            : (text, string.Empty);
        var kind = PlaceKind.All.FirstOrDefault(kind => kind.Word == word);
        return kind?.Parse(rest) is { } code && (kind != PlaceKind.Global || text == word) ? new Place(kind, code) : null;
    }

    public override string ToString() => Word;
}
