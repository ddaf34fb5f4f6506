using System.Text.RegularExpressions;

namespace Strava.Leaderboards.Boards;

/// <summary>Where an athlete lives, by the profile; <c>null</c> where nothing is given.</summary>
internal sealed record AthletePlace(string? Country, string? Region, string? City)
{
    public static AthletePlace Unknown { get; } = new(null, null, null);
}

/// <summary>
/// A kind of place. To add one: one line in <see cref="All"/>, with keys that no other kind has, and the next number in
/// <see cref="BoardLayout"/>.
/// </summary>
/// <param name="Word">Before the colon in the API.</param>
/// <param name="Form">An example for people.</param>
/// <param name="Parse">Reads what follows the colon; <c>null</c>: no such place.</param>
/// <param name="Of">The code of an athlete's place of this kind; <c>null</c>: unknown.</param>
internal sealed partial record PlaceKind(
    string Word, string Form, Func<string, string?> Parse, Func<AthletePlace, string?> Of)
{
    public static PlaceKind Global { get; } =
        new("global", "global", rest => rest.Length == 0 ? "global" : null, _ => "global");

    /// <summary>
    /// By its name alone, as the API has it: namesakes in different countries share a board.
    /// </summary>
    public static PlaceKind City { get; } =
        new("city", "city:Ljubljana", CityName.CodeOf, place => place.City is { } name ? CityName.CodeOf(name) : null);

    public static IReadOnlyList<PlaceKind> All { get; } =
    [
        Global,
        new("country", "country:US", Country, place => place.Country is { } code ? Country(code) : null),
        new("region", "region:US-CA", Region, place => place.Region is { } code ? Region(code) : null),
        City,
    ];

    private static string? Country(string code) =>
        code.Length == 2 && code.All(char.IsAsciiLetter) ? code.ToUpperInvariant() : null;

    private static string? Region(string code) => RegionForm().IsMatch(code) ? code.ToUpperInvariant() : null;

    [GeneratedRegex(@"^[A-Za-z]{2}-[A-Za-z0-9]{1,3}\z", RegexOptions.CultureInvariant)]
    private static partial Regex RegionForm();
}

/// <summary>One place that has boards, e.g. the country US.</summary>
internal sealed record Place(PlaceKind Kind, string Code)
{
    public static Place Global { get; } = new(PlaceKind.Global, "global");

    public string Word => Kind == PlaceKind.Global ? Code : $"{Kind.Word}:{Code}";

    /// <summary>In keys: countries and regions by their codes alone, cities so that no country is meant.</summary>
    public string Key => Kind == PlaceKind.City ? Word : Code;

    /// <summary>Every place that an athlete of <paramref name="place"/> competes in.</summary>
    public static IEnumerable<Place> Of(AthletePlace place) =>
        from kind in PlaceKind.All let code = kind.Of(place) where code is not null select new Place(kind, code);

    /// <returns><c>null</c> when the text names no place.</returns>
    public static Place? Parse(string text)
    {
        var (word, rest) = Split(text);
        var kind = PlaceKind.All.FirstOrDefault(kind => kind.Word == word);
        return kind?.Parse(rest) is { } code && (kind != PlaceKind.Global || text == word)
            ? new Place(kind, code)
            : null;
    }

    /// <summary>
    /// For people: a city as the reader's profile spells it, else as the reader has just asked for it; other places by
    /// their word.
    /// </summary>
    public string Shown(string? asked, string? homeCity)
    {
        if (Kind != PlaceKind.City)
        {
            return Word;
        }

        var spelling = homeCity is not null && CityName.CodeOf(homeCity) == Code ? homeCity : Split(asked ?? Word).Name;
        return $"{Kind.Word}:{CityName.Shown(spelling)}";
    }

    public override string ToString() => Word;

    private static (string Word, string Name) Split(string text) =>
        text.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon
            ? (text[..colon], text[(colon + 1)..])
            : (text, string.Empty);
}
