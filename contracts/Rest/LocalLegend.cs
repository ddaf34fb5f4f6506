namespace Strava.Contracts.Rest;

/// <summary>
/// Who has most efforts on a segment in 90 of its days, today included, as <c>GET /segments/{id}/local-legend</c>
/// answers it. Of equal counts the first to get there, then the smaller id.
/// </summary>
public sealed record LocalLegend
{
    /// <summary>The segment.</summary>
    public required Guid SegmentId { get; init; }

    /// <summary>Today, as the segment's time zone has it.</summary>
    public required DateOnly Date { get; init; }

    /// <summary>The legend; <c>null</c>: nobody has an effort in those days.</summary>
    public required LegendAthlete? Athlete { get; init; }

    /// <summary>The legend's efforts; 0 without one.</summary>
    public required int EffortCount { get; init; }

    /// <summary>Days that are counted, today included.</summary>
    public required int WindowDays { get; init; }

    /// <summary>The caller's own.</summary>
    public required LegendViewer Viewer { get; init; }

    /// <summary>The legend.</summary>
    /// <param name="Id">The athlete.</param>
    /// <param name="Name">Shown name; <c>null</c> as long as the profile has not come.</param>
    public sealed record LegendAthlete(Guid Id, string? Name);

    /// <summary>The caller's own count.</summary>
    /// <param name="EffortCount">Efforts in those days that count; 0 for who has opted out.</param>
    public sealed record LegendViewer(int EffortCount);
}

/// <summary>
/// Athletes of a segment by their efforts in its 90 days, as <c>GET /segments/{id}/histogram</c> answers it.
/// </summary>
public sealed record LegendHistogram
{
    /// <summary>The segment.</summary>
    public required Guid SegmentId { get; init; }

    /// <summary>1, 2, 3 to 4, 5 to 8 and so on to the legend's own; none without efforts.</summary>
    public required IReadOnlyList<LegendBin> Bins { get; init; }

    /// <summary>Index of the bin that the legend is in; <c>null</c> without one.</summary>
    public required int? LegendBin { get; init; }

    /// <summary>Index of the bin that the caller is in; <c>null</c> without efforts.</summary>
    public required int? ViewerBin { get; init; }
}

/// <summary>A bin of a histogram.</summary>
/// <param name="From">Least efforts.</param>
/// <param name="To">Most efforts.</param>
/// <param name="Athletes">How many athletes have so many.</param>
public sealed record LegendBin(int From, int To, int Athletes);

/// <summary>Whether the caller takes part in Local Legends, as <c>GET /local-legends/opt-out</c> answers it.</summary>
/// <param name="OptedOut">True: the caller is on no legend and in no histogram.</param>
public sealed record LegendOptOut(bool OptedOut);
