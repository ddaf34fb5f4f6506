using System.Collections.Concurrent;

namespace Strava.LocalLegends.Legends;

/// <summary>The calendar day of an instant in an IANA time zone: the days that a segment's efforts are counted by.</summary>
internal static class LocalDays
{
    private static readonly ConcurrentDictionary<string, TimeZoneInfo> Zones = new(StringComparer.Ordinal);

    public static DateOnly Of(string timeZone, DateTimeOffset instant) => Of(ZoneOf(timeZone), instant);

    public static DateOnly Of(TimeZoneInfo zone, DateTimeOffset instant) =>
        DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, zone).DateTime);

    /// <summary>
    /// UTC for a name that this machine does not know, so that a segment made on a newer one stays readable.
    /// </summary>
    public static TimeZoneInfo ZoneOf(string timeZone) => Zones.GetOrAdd(
        timeZone, static name => TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : TimeZoneInfo.Utc);
}
