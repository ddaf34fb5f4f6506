using System.ComponentModel.DataAnnotations;

namespace Strava.LocalLegends.Backfills;

internal sealed class BackfillOptions
{
    public const string Section = "Backfill";

    /// <summary>How many tracks a second are read and matched for new segments, over all nodes.</summary>
    [Range(1, 1_000_000)]
    public int ActivitiesPerSecond { get; set; } = 500;
}
