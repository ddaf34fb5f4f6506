using System.Globalization;

namespace Strava.Replay;

/// <summary>Figures as people read them.</summary>
internal static class Figures
{
    public static string Kilometres(double meters) =>
        string.Create(CultureInfo.InvariantCulture, $"{meters / 1_000:F2} km");

    public static string Climb(double meters) => string.Create(CultureInfo.InvariantCulture, $"{meters:F0} m");

    public static string Moment(DateTimeOffset? at) =>
        at?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture) ?? "unknown";

    /// <summary>Hours, minutes and seconds; the hours may be many.</summary>
    public static string Duration(double seconds)
    {
        var whole = (long)Math.Round(seconds, MidpointRounding.AwayFromZero);
        return string.Create(CultureInfo.InvariantCulture, $"{whole / 3_600}:{whole / 60 % 60:D2}:{whole % 60:D2}");
    }
}
