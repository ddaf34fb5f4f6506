namespace Strava.Contracts.Rest;

/// <summary>
/// What is wrong with a request: for each field sentences that say what to do. Empty means it may be tried.
/// </summary>
public sealed class RequestProblems
{
    // A recording of 200,000 bad points is told about its first ones.
    private const int MostSentences = 20;

    private readonly SortedDictionary<string, List<string>> _errors = new(StringComparer.Ordinal);
    private bool _isUnreadable;
    private int _count;

    /// <summary>True when nothing is wrong.</summary>
    public bool IsValid => _count == 0;

    /// <summary>
    /// 400 when something is missing or cannot be understood, else 422 when something is impossible; <c>null</c> when
    /// valid.
    /// </summary>
    public int? StatusCode => IsValid ? null : _isUnreadable ? 400 : 422;

    /// <summary>Field (camelCase, with index: <c>points[3].lat</c>) to sentences; the first 20 of all.</summary>
    public IReadOnlyDictionary<string, string[]> Errors =>
        _errors.ToDictionary(error => error.Key, error => error.Value.ToArray(), StringComparer.Ordinal);

    internal void Unreadable(string field, string sentence)
    {
        _isUnreadable = true;
        Note(field, sentence);
    }

    internal void Impossible(string field, string sentence) => Note(field, sentence);

    private void Note(string field, string sentence)
    {
        if (_count++ < MostSentences)
        {
            if (!_errors.TryGetValue(field, out var sentences))
            {
                _errors[field] = sentences = [];
            }

            sentences.Add(sentence);
        }
    }
}
