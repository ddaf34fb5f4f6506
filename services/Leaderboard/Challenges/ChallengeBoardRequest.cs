using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Strava.Contracts.Rest;
using Strava.Core.Reading;
using Strava.Leaderboards.Reading;

namespace Strava.Leaderboards.Challenges;

/// <summary>What a caller asked for, in its own words.</summary>
internal sealed record ChallengeBoardQuery
{
    [FromQuery(Name = "country")]
    [Description("Only athletes of this country (ISO 3166-1), by ranks of their own; without it all.")]
    public string? Country { get; init; }

    [FromQuery(Name = "top")]
    [Description("Lines; without it 100."), Range(1, PageQuery.MaxLines)]
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
    public static (ChallengeBoardRequest Request, QueryFaults Faults) Parse(ChallengeBoardQuery query)
    {
        var faults = new QueryFaults();
        var country = ParseCountry(query.Country, faults);
        var lines = faults.Number("top", query.Top, PageQuery.MaxLines, PageQuery.MaxLines);
        return (new ChallengeBoardRequest(country, lines, faults.Cursor(query.Cursor, ChallengeCursor.Parse)), faults);
    }

    /// <returns>The country ('': all), and the score if one was given.</returns>
    public static (string Country, double? Score, QueryFaults Faults) Parse(ChallengeRankQuery query)
    {
        var faults = new QueryFaults();
        var country = ParseCountry(query.Country, faults);
        if (query.Score is null)
        {
            return (country, null, faults);
        }

        var isNumber = double.TryParse(
            query.Score, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var score);
        if (!isNumber || !(score > 0) || score > CreateChallenge.MaxGoal)
        {
            faults["score"] = ["Must be one number greater than 0; allowed: up to 1000000000, like 1234.5."];
        }

        return (country, score, faults);
    }

    private static string ParseCountry(string? country, QueryFaults faults)
    {
        if (country is not null && country is not [>= 'A' and <= 'Z', >= 'A' and <= 'Z'])
        {
            faults["country"] = ["Unknown country; allowed: two capital letters (ISO 3166-1), like SI."];
        }

        return country ?? "";
    }
}
