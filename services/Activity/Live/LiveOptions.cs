using System.ComponentModel.DataAnnotations;

namespace Strava.Activities.Live;

/// <summary>Section <c>Live</c>.</summary>
internal sealed class LiveOptions
{
    public const string Section = "Live";

    /// <summary>A post waits so long at most before it is folded into its stream with those beside it.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan FoldAfter { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How often the worker looks.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Partitions are there so many days before they are needed.</summary>
    [Range(1, 14)]
    public int DaysAhead { get; set; } = 2;
}
