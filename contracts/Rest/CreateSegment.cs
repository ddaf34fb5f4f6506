using System.Text.Json.Serialization;
using Strava.Contracts.Sports;
using Strava.Contracts.Tracks;

namespace Strava.Contracts.Rest;

/// <summary>A place of a segment's line.</summary>
public sealed record SegmentPoint
{
    /// <summary>Latitude in degrees (WGS 84), -90 to 90; required.</summary>
    public double? Lat { get; init; }

    /// <summary>Longitude in degrees (WGS 84), -180 to 180; required.</summary>
    public double? Lon { get; init; }

    /// <summary>Height in metres; outside of -500 to 9,000 it is dropped.</summary>
    public double? ElevationMeters { get; init; }

    internal void Validate(RequestProblems problems, int index)
    {
        if (Lat is >= -90 and <= 90 && Lon is >= -180 and <= 180)
        {
            return;
        }

        foreach (var (name, degrees, bound) in new[] { ("lat", Lat, 90), ("lon", Lon, 180) })
        {
            if (degrees is null)
            {
                problems.Unreadable($"points[{index}].{name}", "Give the point's position in degrees.");
            }
            else if (!(Math.Abs(degrees.Value) <= bound))
            {
                problems.Impossible($"points[{index}].{name}", $"This lies between -{bound} and {bound} degrees.");
            }
        }
    }
}

/// <summary>
/// Body of <c>POST /segments</c>: a slice of an own public activity, or points. A member that it does not know is
/// refused (400), in points it is ignored.
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CreateSegment
{
    /// <summary>Longest name, in UTF-16 characters.</summary>
    public const int MaxNameCharacters = 100;

    /// <summary>Most points of a line.</summary>
    public const int MaxPoints = 10_000;

    /// <summary>Shortest segment: below it the noise of receivers decides.</summary>
    public const int LeastMeters = 100;

    /// <summary>Longest segment.</summary>
    public const int MostMeters = 100_000;

    /// <summary>A UUIDv7 of the caller's, to make the call safe to repeat; <c>null</c>: the server makes one.</summary>
    public Guid? Id { get; init; }

    /// <summary>Shown name, at most 100 characters; there is none without.</summary>
    public string? Name { get; init; }

    /// <summary>Only activities of this sport are matched. Required with points; a slice has that of its
    /// activity.</summary>
    public Sport? Type { get; init; }

    /// <summary>An activity of the caller's that everyone may see; instead of points.</summary>
    public Guid? ActivityId { get; init; }

    /// <summary>Where the slice begins, in seconds since the activity's start; <c>null</c>: at its start.</summary>
    public double? FromSeconds { get; init; }

    /// <summary>Where it ends; <c>null</c>: at the activity's end.</summary>
    public double? ToSeconds { get; init; }

    /// <summary>The line in the direction in which it is to be done, 2 to 10,000 points; instead of an
    /// activity.</summary>
    public IReadOnlyList<SegmentPoint?>? Points { get; init; }

    /// <summary>
    /// IANA zone whose days the segment's efforts are counted by, for ever; <c>null</c>: the maker's.
    /// </summary>
    public string? TimeZone { get; init; }

    /// <summary>Judges the request, but for what only the line itself tells.</summary>
    public RequestProblems Validate()
    {
        var problems = new RequestProblems();
        if (Id == Guid.Empty)
        {
            problems.Impossible("id", "The empty UUID names nothing: make a UUIDv7.");
        }

        if (Name is null)
        {
            problems.Unreadable("name", "Give the segment a name.");
        }

        CheckName(problems, Name);
        RequestRules.CheckTimeZone(problems, TimeZone);
        if ((ActivityId is null) == (Points is null))
        {
            problems.Unreadable("activityId", "Give either an activity, or points.");
        }
        else if (ActivityId is not null)
        {
            CheckSlice(problems);
        }
        else
        {
            CheckPoints(problems);
        }

        return problems;
    }

    /// <summary>The points as a line, after <see cref="Validate"/> found nothing wrong.</summary>
    public TrackPoint[] ToLine() =>
        [.. (Points ?? []).Select(point => new PointDto
        {
            Lat = point!.Lat,
            Lon = point.Lon,
            ElevationMeters = point.ElevationMeters,
        }.ToTrackPoint())];

    internal static void CheckName(RequestProblems problems, string? name)
    {
        RequestRules.CheckName(problems, name);
        RequestRules.CheckText(problems, "name", name, MaxNameCharacters);
        if (name is not null && name.Any(char.IsControl))
        {
            problems.Impossible("name", "A name has no control characters.");
        }
    }

    private void CheckSlice(RequestProblems problems)
    {
        foreach (var (field, seconds) in new[] { ("fromSeconds", FromSeconds), ("toSeconds", ToSeconds) })
        {
            if (seconds is { } given && !(given >= 0 && given <= RequestRules.LongestActivity.TotalSeconds))
            {
                problems.Impossible(field, "Seconds since the activity's start: 0 or more, within the activity.");
            }
        }

        if (ToSeconds <= (FromSeconds ?? 0))
        {
            problems.Impossible("toSeconds", "A slice ends after it begins.");
        }
    }

    private void CheckPoints(RequestProblems problems)
    {
        if (Type is null)
        {
            problems.Unreadable("type", "Give the sport: RUN or RIDE.");
        }

        if (FromSeconds is not null || ToSeconds is not null)
        {
            problems.Unreadable("fromSeconds", "Points have no times: slice an activity.");
        }

        if (Points!.Count is < 2 or > MaxPoints)
        {
            problems.Impossible("points", $"Send 2 to {MaxPoints} points.");
            return;
        }

        for (var index = 0; index < Points.Count; index++)
        {
            if (Points[index] is { } point)
            {
                point.Validate(problems, index);
            }
            else
            {
                problems.Unreadable($"points[{index}]", "A point is an object, not null.");
            }
        }
    }
}

/// <summary>Body of <c>PATCH /segments/{id}</c>. A member that it does not know is refused (400).</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PatchSegment
{
    /// <summary>The new name; <c>null</c>: as it was.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// True: nobody else sees it any more and nothing is matched against it. False: its efforts are worked out anew,
    /// then it is open again. <c>null</c>: as it was.
    /// </summary>
    public bool? Hidden { get; init; }

    /// <summary>Judges the request.</summary>
    public RequestProblems Validate()
    {
        var problems = new RequestProblems();
        if (Name is null && Hidden is null)
        {
            problems.Unreadable("name", "Give what is to change: name, hidden.");
        }

        CreateSegment.CheckName(problems, Name);
        return problems;
    }
}
