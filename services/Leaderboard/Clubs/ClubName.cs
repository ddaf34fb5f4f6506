using System.Text;

namespace Strava.Leaderboards.Clubs;

internal static class ClubName
{
    /// <summary>As it is shown: with single blanks.</summary>
    public static string Shown(string name) =>
        string.Join(' ', name.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>As it is looked for: case and blanks do not matter, accents do.</summary>
    public static string Fold(string name)
    {
        var shown = Shown(name);
        var folded = new StringBuilder(shown.Length);
        // By runes: a half of a pair becomes U+FFFD instead of an exception.
        foreach (var rune in shown.EnumerateRunes())
        {
            folded.Append(Rune.ToLowerInvariant(Rune.ToUpperInvariant(rune)).ToString());
        }

        return folded.ToString();
    }
}
