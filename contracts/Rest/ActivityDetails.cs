using System.Text.Json.Serialization;
using Strava.Contracts.Sports;
using Strava.Contracts.Timing;
using Strava.Contracts.Tracks;

namespace Strava.Contracts.Rest;

/// <summary>An activity in full, as <c>GET /activities/{id}</c> answers it; while it is open the figures are as of
/// now.</summary>
public sealed record ActivityDetails
{
    /// <summary>The activity.</summary>
    public required Guid Id { get; init; }

    /// <summary>The owner.</summary>
    public required Guid AthleteId { get; init; }

    /// <summary>The sport.</summary>
    public required Sport Type { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its description; <c>null</c> when there is none.</summary>
    public string? Description { get; init; }

    /// <summary>Who may see it.</summary>
    public required Visibility Visibility { get; init; }

    /// <summary>The state that holds.</summary>
    public required ActivityState State { get; init; }

    /// <summary>First start, device time; <c>null</c> before it.</summary>
    [JsonConverter(typeof(UtcMillisecondsConverter))]
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Saved at, device time; <c>null</c> until then.</summary>
    [JsonConverter(typeof(UtcMillisecondsConverter))]
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>IANA zone; <c>null</c> when not known.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Distance in m.</summary>
    public double DistanceMeters { get; init; }

    /// <summary>First start to last stop, s.</summary>
    public double TotalSeconds { get; init; }

    /// <summary>Total less pauses, s.</summary>
    public double ActiveSeconds { get; init; }

    /// <summary>Active less standing still, s.</summary>
    public double MovingSeconds { get; init; }

    /// <summary>Climb in m.</summary>
    public double ElevationGainMeters { get; init; }

    /// <summary>Descent in m, positive.</summary>
    public double ElevationLossMeters { get; init; }

    /// <summary>How the heights were measured, which decides how climb is taken; absent without heights.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ElevationSource? ElevationSource { get; init; }

    /// <summary>Distance over moving time; 0 when nothing moved.</summary>
    public double AverageSpeedMetersPerSecond { get; init; }

    /// <summary>Highest speed, spikes taken out; absent where it is not worked out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? MaxSpeedMetersPerSecond { get; init; }

    /// <summary>Points stored.</summary>
    public int PointCount { get; init; }

    /// <summary>Stream version, also the ETag.</summary>
    public required long Version { get; init; }

    /// <summary>The state log, oldest first.</summary>
    public required IReadOnlyList<StateLogEntry> StateLog { get; init; }

    /// <summary>The pauses, oldest first.</summary>
    public required IReadOnlyList<PauseEntry> Pauses { get; init; }

    /// <summary>The kilometres with the rest after the last whole one.</summary>
    public IReadOnlyList<SplitEntry> Splits { get; init; } = [];

    /// <summary>The miles with the rest after the last whole one; absent where they are not worked out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<SplitEntry>? SplitsMiles { get; init; }

    /// <summary>The sport's distances that the activity reaches, shortest first; absent where they are not worked
    /// out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<BestEffortEntry>? BestEfforts { get; init; }

    /// <summary>The route for showing.</summary>
    public required RouteEntry Route { get; init; }

    /// <summary>Takes a track's figures over, in metres and seconds.</summary>
    public ActivityDetails With(TrackFigures figures)
    {
        ArgumentNullException.ThrowIfNull(figures);
        return this with
        {
            DistanceMeters = figures.DistanceMillimeters / 1_000.0,
            TotalSeconds = figures.TotalMs / 1_000.0,
            ActiveSeconds = figures.ActiveMs / 1_000.0,
            MovingSeconds = figures.MovingMs / 1_000.0,
            ElevationGainMeters = figures.ElevationGainCm / 100.0,
            ElevationLossMeters = figures.ElevationLossCm / 100.0,
            ElevationSource = figures.ElevationSource,
            AverageSpeedMetersPerSecond = AverageSpeed(figures.DistanceMillimeters, figures.MovingMs),
            PointCount = figures.PointCount,
            Splits = [.. figures.Splits.Select(SplitEntry.From)],
        };
    }

    /// <summary>Takes over what needs the whole track: miles, best efforts, top speed, and more about each
    /// kilometre.</summary>
    public ActivityDetails With(TrackAnalytics analytics)
    {
        ArgumentNullException.ThrowIfNull(analytics);
        return this with
        {
            ElevationSource = analytics.ElevationSource,
            MaxSpeedMetersPerSecond = analytics.MaxSpeedMillimetersPerSecond / 1_000.0,
            Splits = [.. analytics.Splits.Select(SplitEntry.From)],
            SplitsMiles = [.. analytics.SplitsMiles.Select(SplitEntry.From)],
            BestEfforts = [.. analytics.BestEfforts.Select(BestEffortEntry.From)],
        };
    }

    /// <summary>Metres a second, rounded to mm/s; 0 when no time has passed.</summary>
    /// <param name="distanceMillimeters">Distance, mm.</param>
    /// <param name="ms">Time, ms.</param>
    public static double AverageSpeed(long distanceMillimeters, long ms) =>
        ms <= 0 ? 0 : Math.Round((double)distanceMillimeters / ms, 3, MidpointRounding.AwayFromZero);
}

/// <summary>A pause.</summary>
public sealed record PauseEntry
{
    /// <summary>Begin, device time.</summary>
    [JsonConverter(typeof(UtcMillisecondsConverter))]
    public required DateTimeOffset From { get; init; }

    /// <summary>End, device time; <c>null</c> while it lasts.</summary>
    [JsonConverter(typeof(UtcMillisecondsConverter))]
    public DateTimeOffset? To { get; init; }

    /// <summary>Length in s, as of now while it lasts.</summary>
    public required double Seconds { get; init; }

    /// <summary>The wire form of a pause.</summary>
    /// <param name="pause">The pause.</param>
    /// <param name="nowMs">Now, Unix ms UTC; without meaning when the pause is over.</param>
    public static PauseEntry Of(Pause pause, long nowMs) => new()
    {
        From = DateTimeOffset.FromUnixTimeMilliseconds(pause.FromMs),
        To = pause.ToMs is { } toMs ? DateTimeOffset.FromUnixTimeMilliseconds(toMs) : null,
        Seconds = Math.Max(0, (pause.ToMs ?? nowMs) - pause.FromMs) / 1_000.0,
    };
}

/// <summary>The route for showing.</summary>
/// <param name="Polyline">Google encoding at 1e-5 degree (<see cref="Geo.Polyline"/>); empty without points.</param>
public sealed record RouteEntry(string Polyline);
