using System.Text.Json.Serialization;
using Strava.Contracts.Sports;
using Strava.Contracts.Timing;
using Strava.Contracts.Tracks;

namespace Strava.Contracts.Rest;

/// <summary>
/// Body of <c>PATCH /activities/{id}</c>: a transition, other words, or both. A member that it does not know is refused
/// (400).
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PatchActivity
{
    /// <summary>The transition.</summary>
    public Transition? State { get; init; }

    /// <summary>Device time of the transition; <c>null</c>: the server's time of receipt.</summary>
    [JsonConverter(typeof(UtcMillisecondsConverter))]
    public DateTimeOffset? At { get; init; }

    /// <summary>The new name, at most 200 characters, not blank.</summary>
    public string? Name { get; init; }

    /// <summary>The new description, at most 10,000 characters; empty takes it away.</summary>
    public string? Description { get; init; }

    /// <summary>The new visibility.</summary>
    public Visibility? Visibility { get; init; }

    /// <summary>The corrected sport.</summary>
    public Sport? Type { get; init; }

    /// <summary>With COMPLETE: how many chunks the phone has sent.</summary>
    public int? ExpectedChunks { get; init; }

    /// <summary>With COMPLETE: how many points the phone has recorded.</summary>
    public int? PointCount { get; init; }

    /// <summary>With COMPLETE: <see cref="PointCodec.ContentHash"/> of all points in order, lower-case hex.</summary>
    public string? ContentHash { get; init; }

    /// <summary>Judges the request.</summary>
    /// <param name="now">The server's time.</param>
    public RequestProblems Validate(DateTimeOffset now)
    {
        var problems = new RequestProblems();
        if (State is null && Name is null && Description is null && Visibility is null && Type is null)
        {
            problems.Unreadable("state", "Nothing is to change: give a state, name, description, visibility or type.");
        }

        if (State is null && At is not null)
        {
            problems.Unreadable("at", "A time belongs to a state: give the state too.");
        }

        if (State != Transition.Complete && this is not { ExpectedChunks: null, PointCount: null, ContentHash: null })
        {
            problems.Unreadable("state", "expectedChunks, pointCount and contentHash belong to the state COMPLETE.");
        }

        CheckCount(problems, "expectedChunks", ExpectedChunks);
        CheckCount(problems, "pointCount", PointCount);
        RequestRules.CheckTime(problems, "at", At, now);
        RequestRules.CheckName(problems, Name);
        RequestRules.CheckText(problems, "description", Description, RequestRules.MaxDescriptionCharacters);
        if (ContentHash is not null && !RequestRules.Sha256Form().IsMatch(ContentHash))
        {
            problems.Impossible("contentHash", "This is a SHA-256: 64 lower-case hex digits.");
        }

        return problems;
    }

    private static void CheckCount(RequestProblems problems, string field, int? count)
    {
        if (count < 0)
        {
            problems.Impossible(field, "A count is 0 or more.");
        }
    }
}
