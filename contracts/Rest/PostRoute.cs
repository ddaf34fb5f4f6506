using System.Text.Json;
using System.Text.Json.Serialization;
using Strava.Contracts.Tracks;

namespace Strava.Contracts.Rest;

/// <summary>
/// Body of <c>POST /activities/{id}/routes</c>: one <c>location</c>, or a numbered chunk of <c>points</c>. Unknown
/// members are ignored and counted.
/// </summary>
public sealed record PostRoute
{
    /// <summary>One point; without a sequence its device time in Unix ms is its number.</summary>
    public PointDto? Location { get; init; }

    /// <summary>
    /// The phone's number of the chunk, 0 to 999,999,999,999: the same number again is the same chunk. Required with
    /// points.
    /// </summary>
    public long? Sequence { get; init; }

    /// <summary>The chunk, 1 to 200,000 points.</summary>
    public IReadOnlyList<PointDto?>? Points { get; init; }

    /// <summary>Members that this version does not know; at the top only, where it costs nothing.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Unknown { get; init; }

    /// <summary>How many members were ignored, in the points too.</summary>
    [JsonIgnore]
    public int UnknownMembers =>
        (Unknown?.Count ?? 0) + (Location?.UnknownMembers ?? 0)
        + (Points?.Sum(point => point?.UnknownMembers ?? 0) ?? 0);

    /// <summary>Judges the request.</summary>
    /// <param name="now">The server's time.</param>
    public RequestProblems Validate(DateTimeOffset now)
    {
        var problems = new RequestProblems();
        if ((Location is null) == (Points is null))
        {
            problems.Unreadable("location", "Give either one location, or a sequence with points.");
        }

        if (Points is not null && Sequence is null)
        {
            problems.Unreadable("sequence", "Number the chunk, so that sending it again is safe.");
        }

        if (Sequence is < 0 or >= TrackOrder.FirstUnixMillisecondSequence)
        {
            problems.Impossible(
                "sequence", $"A sequence lies between 0 and {TrackOrder.FirstUnixMillisecondSequence - 1}.");
        }

        Location?.Validate(problems, index: null, now);
        PointList.Validate(problems, Points, least: 1, now);
        return problems;
    }

    /// <summary>The points and their number, after <see cref="Validate"/> found nothing wrong.</summary>
    /// <exception cref="InvalidOperationException">The request was not validated.</exception>
    public TrackChunk ToChunk()
    {
        if (Location is null)
        {
            return new TrackChunk(
                Sequence ?? throw new InvalidOperationException("A chunk without a sequence was not validated."),
                PointList.ToTrackPoints(Points));
        }

        var point = Location.ToTrackPoint();
        return new TrackChunk(Sequence ?? point.AtMs!.Value, [point]);
    }
}
