using System.Text.Json.Serialization;
using Strava.Contracts.Sports;

namespace Strava.Contracts.Rest;

/// <summary>How far a segment is. Persisted: values are explicit and append-only.</summary>
[JsonConverter(typeof(WireEnumConverter<SegmentState>))]
public enum SegmentState
{
    /// <summary>Activities that were there before it are still looked through; it has no legend yet.</summary>
    [JsonStringEnumMemberName("BACKFILLING")]
    Backfilling = 1,

    /// <summary>Its legend, histogram and boards are complete.</summary>
    [JsonStringEnumMemberName("OPEN")]
    Open = 2,
}

/// <summary>A segment, as <c>GET /segments/{id}</c> answers it.</summary>
public sealed record Segment
{
    /// <summary>The segment.</summary>
    public required Guid Id { get; init; }

    /// <summary>Shown name.</summary>
    public required string Name { get; init; }

    /// <summary>Only activities of this sport are matched.</summary>
    public required Sport Type { get; init; }

    /// <summary>Who has made it.</summary>
    public required Guid MadeBy { get; init; }

    /// <summary>The way along it.</summary>
    public required double LengthMeters { get; init; }

    /// <summary>Up; <c>null</c> without heights.</summary>
    public required double? ClimbMeters { get; init; }

    /// <summary>Down, positive; <c>null</c> without heights.</summary>
    public required double? DescentMeters { get; init; }

    /// <summary>From start to end, up is positive; <c>null</c> without heights.</summary>
    public required double? AverageGradePercent { get; init; }

    /// <summary>The steepest place, up is positive; <c>null</c> without heights.</summary>
    public required double? MaxGradePercent { get; init; }

    /// <summary>IANA zone whose days its efforts are counted by.</summary>
    public required string TimeZone { get; init; }

    /// <summary>Where it begins.</summary>
    public required SegmentEnd Start { get; init; }

    /// <summary>Where it ends.</summary>
    public required SegmentEnd End { get; init; }

    /// <summary>Its line, in Google's encoding at 1e-5 degree.</summary>
    public required string Polyline { get; init; }

    /// <summary>Whether it has a legend yet.</summary>
    public required SegmentState State { get; init; }

    /// <summary>How far the looking through is; <c>null</c> when it is open.</summary>
    public required SegmentBackfill? Backfill { get; init; }

    /// <summary>True where only its maker sees it, and nothing is matched against it.</summary>
    public required bool Hidden { get; init; }

    /// <summary>When it was made.</summary>
    [JsonConverter(typeof(UtcMillisecondsConverter))]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>A place, at 1e-5 degree.</summary>
    /// <param name="Lat">Latitude in degrees.</param>
    /// <param name="Lon">Longitude in degrees.</param>
    public sealed record SegmentEnd(double Lat, double Lon);

    /// <summary>How far the looking through of older activities is.</summary>
    /// <param name="Done">Activities looked at.</param>
    /// <param name="Total">All that may have been there; <c>null</c>: not known yet.</param>
    public sealed record SegmentBackfill(int Done, int? Total);
}
