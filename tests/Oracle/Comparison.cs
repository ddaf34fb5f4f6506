namespace Strava.Oracle;

/// <summary>Counts what was compared, and says the first differences in sentences.</summary>
public sealed class Comparison
{
    private const int MostSentences = 25;
    private readonly List<string> _sentences = [];

    /// <summary>Values compared.</summary>
    public long Cells { get; private set; }

    public int Differences { get; private set; }

    public IReadOnlyList<string> Sentences => _sentences;

    public bool Holds => Differences == 0;

    internal void Equal<T>(T wanted, T found, FormattableString what)
    {
        Cells++;
        if (!EqualityComparer<T>.Default.Equals(wanted, found))
        {
            Differ($"{FormattableString.Invariant(what)} is {Show(found)}, not {Show(wanted)}.");
        }
    }

    internal void Differ(string sentence)
    {
        Differences++;
        if (_sentences.Count < MostSentences)
        {
            _sentences.Add(sentence);
        }
    }

    public override string ToString()
    {
        string[] more = Differences > _sentences.Count ? [$"... and {Differences - _sentences.Count} more."] : [];
        return string.Join('\n', [
            .. _sentences,
            .. more,
            $"figure oracle.cells {Cells} cells",
            $"figure oracle.differences {Differences} cells"]);
    }

    private static string Show<T>(T value) => value switch
    {
        null => "nothing",
        IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => $"{value}",
    };
}
