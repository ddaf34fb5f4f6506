using System.Text.Json.Serialization;
using Strava.Contracts.Sports;

namespace Strava.Contracts.Rest;

/// <summary>Body of <c>POST /clubs</c>. A member that it does not know is refused (400).</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CreateClub
{
    /// <summary>Longest name, in UTF-16 characters.</summary>
    public const int MaxNameCharacters = 100;

    /// <summary>Shown name, at most 100 characters; required.</summary>
    public string? Name { get; init; }

    /// <summary>Its sport, for ever: only activities of it count on its boards; required.</summary>
    public Sport? Sport { get; init; }

    /// <summary>Judges the request.</summary>
    public RequestProblems Validate()
    {
        var problems = new RequestProblems();
        if (Name is null)
        {
            problems.Unreadable("name", "Give the club a name.");
        }

        if (Sport is null)
        {
            problems.Unreadable("sport", "Give the sport: RUN or RIDE.");
        }

        RequestRules.CheckName(problems, Name);
        RequestRules.CheckText(problems, "name", Name, MaxNameCharacters);
        if (Name is not null && Name.Any(char.IsControl))
        {
            problems.Impossible("name", "A name has no control characters.");
        }

        return problems;
    }
}

/// <summary>A club, as <c>GET /clubs/{id}</c> answers it.</summary>
public sealed record Club
{
    /// <summary>The club.</summary>
    public required Guid Id { get; init; }

    /// <summary>Shown name.</summary>
    public required string Name { get; init; }

    /// <summary>Only activities of it count on the club's boards.</summary>
    public required Sport Sport { get; init; }

    /// <summary>Members now.</summary>
    public required long Members { get; init; }

    /// <summary>Whether the caller is one.</summary>
    public required bool IsMember { get; init; }

    /// <summary>When it was made.</summary>
    [JsonConverter(typeof(UtcMillisecondsConverter))]
    public required DateTimeOffset CreatedAt { get; init; }
}
