using System.Text.Json.Serialization;
using Strava.Contracts.Sports;

namespace Strava.Contracts.Rest;

/// <summary>Body of <c>POST /challenges</c>. A member that it does not know is refused (400).</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CreateChallenge
{
    /// <summary>Longest challenge, in days.</summary>
    public const int MaxDays = 366;

    /// <summary>How far ahead, and how far back, it may begin, in days.</summary>
    public const int MaxDaysAhead = 366;

    /// <summary>How much of it may be over when it is made, in days.</summary>
    public const int MaxDaysBack = 31;

    /// <summary>Greatest goal, in the metric's own unit.</summary>
    public const double MaxGoal = 1e9;

    /// <summary>A UUIDv7 of the caller's, to make the call safe to repeat; <c>null</c>: the server makes one.</summary>
    public Guid? Id { get; init; }

    /// <summary>At most 200 characters.</summary>
    public string? Name { get; init; }

    /// <summary>Activities of these sports count; <c>null</c>: of every sport.</summary>
    public IReadOnlyList<Sport>? Sports { get; init; }

    /// <summary>What is counted.</summary>
    public ChallengeMetric? Metric { get; init; }

    /// <summary>The first day, as each athlete's own calendar has it.</summary>
    public DateOnly? StartsOn { get; init; }

    /// <summary>The last day, included.</summary>
    public DateOnly? EndsOn { get; init; }

    /// <summary>
    /// Whoever gets there has completed the challenge: metres, seconds, activities or days, as the metric says.
    /// <c>null</c>: no goal.
    /// </summary>
    public double? Goal { get; init; }

    /// <summary><c>everyone</c> (also without it) or <c>country:CC</c>: only athletes of that country may
    /// join.</summary>
    public string? Scope { get; init; }

    private const string ScopeEveryone = "everyone";
    private const string ScopeCountry = "country:";

    /// <summary>The country that <see cref="Scope"/> names.</summary>
    /// <returns><c>null</c>: everyone.</returns>
    public string? CountryOfScope() =>
        Scope?.StartsWith(ScopeCountry, StringComparison.Ordinal) == true ? Scope[ScopeCountry.Length..] : null;

    /// <summary>A country as the scope says it.</summary>
    /// <param name="country"><c>null</c>: everyone.</param>
    public static string ScopeOf(string? country) => country is null ? ScopeEveryone : ScopeCountry + country;

    /// <summary>Judges the request.</summary>
    /// <param name="now">The server's time.</param>
    public RequestProblems Validate(DateTimeOffset now)
    {
        var problems = new RequestProblems();
        Require(problems, "name", Name);
        Require(problems, "metric", Metric);
        Require(problems, "startsOn", StartsOn);
        Require(problems, "endsOn", EndsOn);
        if (Id == Guid.Empty)
        {
            problems.Impossible("id", "The empty UUID names nothing: make a UUIDv7.");
        }

        RequestRules.CheckName(problems, Name);
        if (Sports is { Count: 0 } || Sports is { } sports && sports.Distinct().Count() != sports.Count)
        {
            problems.Impossible("sports", "Name each sport once; leave the member out for every sport.");
        }

        if (Scope is not null && Scope != ScopeEveryone
            && (CountryOfScope() is not { } country || !RequestRules.CountryForm().IsMatch(country)))
        {
            problems.Unreadable("scope", "Unknown scope; allowed: everyone, country:CC.");
        }

        if (Goal is { } goal && (!double.IsFinite(goal) || goal <= 0 || goal > MaxGoal))
        {
            problems.Impossible("goal", "A goal is greater than 0 and at most 1000000000; leave it out for none.");
        }

        CheckDays(problems, DateOnly.FromDateTime(now.UtcDateTime));
        return problems;
    }

    private static void Require(RequestProblems problems, string field, object? value)
    {
        if (value is null)
        {
            problems.Unreadable(field, "Required.");
        }
    }

    private void CheckDays(RequestProblems problems, DateOnly today)
    {
        if (StartsOn is not { } first || EndsOn is not { } last)
        {
            return;
        }

        if (last.DayNumber - first.DayNumber is < 0 or >= MaxDays)
        {
            problems.Impossible("endsOn", $"It ends on the day on which it starts or later, {MaxDays} days at most.");
        }

        if (first.DayNumber - today.DayNumber is < -MaxDaysBack or > MaxDaysAhead || last < today)
        {
            problems.Impossible(
                "startsOn", $"It starts at most {MaxDaysBack} days ago, at most {MaxDaysAhead} ahead, and is not over.");
        }
    }
}
