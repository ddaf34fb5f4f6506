using System.Text;

namespace Strava.Leaderboards.Boards;

/// <summary>
/// Cities are written freely. Names that differ only in case, in blanks around them or in their number inside mean the
/// same city.
/// </summary>
internal static class CityName
{
    private const int MaxCharacters = 200;

    /// <summary>
    /// Lower case, and everything but letters a-z, digits and a few signs percent-encoded: safe in a key, whatever an
    /// athlete writes.
    /// </summary>
    /// <returns><c>null</c>: no name that anything can be called by.</returns>
    public static string? CodeOf(string name) =>
        Shown(name) is { } shown ? Uri.EscapeDataString(Folded(shown)) : null;

    /// <summary>The athlete's spelling, with single blanks.</summary>
    public static string? Shown(string name)
    {
        if (name.Length > MaxCharacters || name.Any(char.IsControl))
        {
            return null;
        }

        var shown = string.Join(' ', name.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return shown.Length > 0 ? shown : null;
    }

    // Up and down again: letters with two small forms (a final sigma) become one. By runes, so that a half of a pair
    // becomes U+FFFD instead of an exception.
    private static string Folded(string shown)
    {
        var folded = new StringBuilder(shown.Length);
        foreach (var rune in shown.EnumerateRunes())
        {
            folded.Append(Rune.ToLowerInvariant(Rune.ToUpperInvariant(rune)).ToString());
        }

        return folded.ToString();
    }
}
