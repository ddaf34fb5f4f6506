using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Strava.Contracts.Rest;

namespace Strava.Leaderboards.Challenges;

/// <summary>What a caller asked for, in its own words.</summary>
internal sealed record ChallengeBoardQuery
{
    [FromQuery(Name = "country")]
    [Description("Only athletes of this country (ISO 3166-1), by ranks of their own; without it all.")]
    public string? Country { get; init; }

    [FromQuery(Name = "top")]
    [Description("Lines; without it 100."), Range(1, ChallengeBoardRequest.MaxLines)]
    public string? Top { get; init; }

    [FromQuery(Name = "cursor")]
    [Description("The next of a page.")]
    public string? Cursor { get; init; }
}

/// <summary>What a caller wants to know of a rank.</summary>
internal sealed record ChallengeRankQuery
{
    [FromQuery(Name = "country")]
    [Description("On this country's board (ISO 3166-1); without it the whole.")]
    public string? Country { get; init; }

    [FromQuery(Name = "score")]
    [Description("In the challenge's unit; without it your own.")]
    public string? Score { get; init; }
}

/// <summary>The same in ours; every fault says what is allowed.</summary>
internal sealed record ChallengeBoardRequest(string Country, int Lines, ChallengeCursor? After)
{
    public const int MaxLines = 100;

    public static (ChallengeBoardRequest Request, Dictionary<string, string[]> Faults) Parse(ChallengeBoardQuery query)
    {
        var faults = new Dictionary<string, string[]>();
        var country = ParseCountry(query.Country, faults);
        var isNumber = int.TryParse(query.Top ?? "100", NumberStyles.None, CultureInfo.InvariantCulture, out var lines);
        if (!isNumber || lines is < 1 or > MaxLines)
        {
            faults["top"] = [$"Must be one whole number from 1 to {MaxLines}."];
        }

        var after = query.Cursor is null ? null : ChallengeCursor.Parse(query.Cursor);
        if (query.Cursor is not null && after is null)
        {
            faults["cursor"] = ["This cursor is none of ours; allowed: the next of a page."];
        }

        return (new ChallengeBoardRequest(country, lines, after), faults);
    }

    /// <returns>The country ('': all), and the score if one was given.</returns>
    public static (string Country, double? Score, Dictionary<string, string[]> Faults) Parse(ChallengeRankQuery query)
    {
        var faults = new Dictionary<string, string[]>();
        var country = ParseCountry(query.Country, faults);
        if (query.Score is null)
        {
            return (country, null, faults);
        }

        var isNumber = double.TryParse(query.Score, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var score);
        if (!isNumber || !(score > 0) || score > CreateChallenge.MaxGoal)
        {
            faults["score"] = ["Must be one number greater than 0; allowed: up to 1000000000, like 1234.5."];
        }

        return (country, score, faults);
    }

    private static string ParseCountry(string? country, Dictionary<string, string[]> faults)
    {
        if (country is not null && country is not [>= 'A' and <= 'Z', >= 'A' and <= 'Z'])
        {
            faults["country"] = ["Unknown country; allowed: two capital letters (ISO 3166-1), like SI."];
        }

        return country ?? "";
    }
}
