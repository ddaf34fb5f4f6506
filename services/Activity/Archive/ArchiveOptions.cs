using System.ComponentModel.DataAnnotations;

namespace Strava.Activities.Archive;

/// <summary>
/// Section <c>Archive</c>. Without a folder there is no archive: nothing is moved, and what was moved cannot be read.
/// </summary>
internal sealed class ArchiveOptions
{
    public const string Section = "Archive";

    /// <summary>Where the objects lie; every node must see the same. Empty: no archive.</summary>
    public string Folder { get; set; } = "";

    /// <summary>Activities saved longer ago than this give up their points.</summary>
    [Range(1, 36_500)]
    public int WarmAfterDays { get; set; } = 90;

    /// <summary>After this their objects move to the cold prefix.</summary>
    [Range(1, 36_500)]
    public int ColdAfterDays { get; set; } = 365;

    /// <summary>How often the worker looks; zero: never, the commands alone move anything.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromHours(1);

    /// <summary>At most so many activities at a time.</summary>
    [Range(1, 1_000_000)]
    public int BatchActivities { get; set; } = 1_000;

    /// <summary>What a request waits for one object.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:10")]
    public TimeSpan ReadTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Objects that nothing refers to are kept so long: longer than any backup of the database that may be restored.
    /// </summary>
    [Range(1, 36_500)]
    public int KeepUnreferencedDays { get; set; } = 30;
}
