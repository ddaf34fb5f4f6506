using System.Globalization;

namespace Strava.Leaderboards.Launch;

/// <summary>
/// For whom something is switched on: <c>off</c>, <c>all</c>, or any of names of cohorts and one percentage, separated
/// by commas: <c>employees</c>, <c>10%</c>, <c>employees, 2.5%</c>.
/// </summary>
internal sealed record LaunchRule(IReadOnlyList<string> Cohorts, double Percent)
{
    public static LaunchRule Off { get; } = new([], 0);

    public static LaunchRule All { get; } = new([], 100);

    public bool IsOff => Cohorts.Count == 0 && Percent == 0;

    public bool IsAll => Percent == 100;

    /// <returns><c>null</c>: not to be understood.</returns>
    public static LaunchRule? Parse(string text)
    {
        var words = text.Split(',', StringSplitOptions.TrimEntries);
        if (words is [var only] && Word(only) is { } rule)
        {
            return rule;
        }

        var (cohorts, percent) = (new List<string>(), (double?)null);
        foreach (var word in words)
        {
            if (word.EndsWith('%'))
            {
                if (percent is not null || ParsePercent(word[..^1]) is not { } share)
                {
                    return null;
                }

                percent = share;
            }
            else if (word.Length is 0 or > 50 || Word(word) is not null
                || !word.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'))
            {
                return null;
            }
            else
            {
                cohorts.Add(word);
            }
        }

        return new LaunchRule(cohorts, percent ?? 0);
    }

    public override string ToString() =>
        IsAll ? "all" : IsOff ? "off" : string.Join(", ", Percent > 0
            ? [.. Cohorts, string.Create(CultureInfo.InvariantCulture, $"{Percent}%")]
            : Cohorts);

    private static LaunchRule? Word(string word) => word.ToLowerInvariant() switch
    {
        "off" => Off,
        "all" => All,
        _ => null,
    };

    private static double? ParsePercent(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share)
        && share is >= 0 and <= 100
            ? share
            : null;
}
