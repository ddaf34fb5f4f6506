using System.Globalization;
using Strava.Contracts.Sports;

namespace Strava.Core.Reading;

/// <summary>What cannot be read of a query, by field; every sentence says what is allowed.</summary>
public sealed class QueryFaults : Dictionary<string, string[]>
{
    /// <summary>A whole number from 1; as <paramref name="otherwise"/> says without one.</summary>
    public int Number(string field, string? text, int otherwise, int max)
    {
        if (text is null)
        {
            return otherwise;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            && value >= 1
            && value <= max)
        {
            return value;
        }

        this[field] = [$"Must be one whole number from 1 to {max}."];
        return otherwise;
    }

    /// <returns><c>null</c> without one.</returns>
    public Sport? Sport(string? text)
    {
        var sport = SportRules.Parse(text);
        if (text is not null && sport is null)
        {
            var words = SportRules.All.Select(rules => rules.Word);
            this["sport"] = [$"Unknown sport; allowed: {string.Join(", ", words)}."];
        }

        return sport;
    }

    /// <param name="text">As the caller sent it.</param>
    /// <param name="parse">Gives <c>null</c> for what we would not write ourselves.</param>
    public T? Cursor<T>(string? text, Func<string, T?> parse)
        where T : struct
    {
        var cursor = text is null ? null : parse(text);
        if (text is not null && cursor is null)
        {
            this["cursor"] = ["This cursor is none of ours here; allowed: one from the Link header of a page."];
        }

        return cursor;
    }
}
