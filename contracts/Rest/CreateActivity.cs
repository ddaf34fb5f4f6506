using System.Text.Json.Serialization;
using Strava.Contracts.Sports;

namespace Strava.Contracts.Rest;

/// <summary>Body of <c>POST /activities</c>. A member that it does not know is refused (400).</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CreateActivity
{
    /// <summary>The sport; required.</summary>
    public Sport? Type { get; init; }

    /// <summary>The phone's UUIDv7, to make the call safe to repeat; <c>null</c>: the server makes one.</summary>
    public Guid? Id { get; init; }

    /// <summary>At most 200 characters; <c>null</c>: the server makes one up.</summary>
    public string? Name { get; init; }

    /// <summary>Who may see it; <c>null</c>: EVERYONE.</summary>
    public Visibility? Visibility { get; init; }

    /// <summary>IANA zone; <c>null</c>: the athlete's, else UTC.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Device time of the start: the activity is created and started in one. <c>null</c>: created
    /// only.</summary>
    [JsonConverter(typeof(UtcMillisecondsConverter))]
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Judges the request.</summary>
    /// <param name="now">The server's time.</param>
    public RequestProblems Validate(DateTimeOffset now)
    {
        var problems = new RequestProblems();
        if (Type is null)
        {
            problems.Unreadable("type", "Give the sport: RUN or RIDE.");
        }

        if (Id == Guid.Empty)
        {
            problems.Impossible("id", "The empty UUID names nothing: make a UUIDv7.");
        }

        RequestRules.CheckName(problems, Name);
        RequestRules.CheckTimeZone(problems, TimeZone);
        RequestRules.CheckTime(problems, "startedAt", StartedAt, now);
        return problems;
    }
}
