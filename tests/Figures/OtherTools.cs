using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Strava.Figures;

/// <summary>What <c>gpxinfo -s</c> prints of a whole file.</summary>
internal sealed record GpxInfoFigures(double Meters, double? MovingSeconds, double AscentMeters, double MaxSpeed);

/// <summary>gpxinfo and gpsbabel (Debian: gpxinfo, gpsbabel). What is not installed is left
/// out.</summary>
internal sealed partial class OtherTools : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly string _folder = Directory.CreateTempSubdirectory("strava-figures-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>The file itself, or what gpsbabel makes of a FIT file: a segment for each stretch between
    /// pauses.</summary>
    public string? AsGpx(string file)
    {
        if (!File.Exists(file) || Path.GetExtension(file) == ".gpx")
        {
            return File.Exists(file) ? file : null;
        }

        var gpx = Path.Combine(_folder, Path.GetFileNameWithoutExtension(file) + ".gpx");
        return Run("gpsbabel", "-t", "-i", "garmin_fit", "-f", file, "-o", "gpx", "-F", gpx) is null ? null : gpx;
    }

    public static GpxInfoFigures? GpxInfo(string gpx) =>
        Run("gpxinfo", "-s", gpx) is { } text && Number(LengthPattern().Match(text)) is { } kilometers
        ? new GpxInfoFigures(
            kilometers * 1_000,
            Number(MovingPattern().Match(text)),
            Number(UphillPattern().Match(text)) ?? 0,
            Number(MaxSpeedPattern().Match(text)) ?? 0)
        : null;

    /// <summary>The sum of the laps' distances when gpsbabel writes the tracks as TCX.</summary>
    public static double? BabelMeters(string gpx) =>
        Run("gpsbabel", "-t", "-i", "gpx", "-f", gpx, "-o", "gtrnctr", "-F", "-") is { } tcx
            ? LapPattern().Matches(tcx).Sum(match => Number(match))
            : null;

    private static string? Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            _ = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEndAsync();
            if (!process.WaitForExit(Patience))
            {
                process.Kill();
                return null;
            }

            return process.ExitCode == 0 ? output.Result : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private static double? Number(Match match) =>
        match.Success ? double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : null;

    [GeneratedRegex(@"Length 2D: ([\d.]+)km")]
    private static partial Regex LengthPattern();

    [GeneratedRegex(@"</TotalTimeSeconds>\s*<DistanceMeters>([\d.]+)<")]
    private static partial Regex LapPattern();

    [GeneratedRegex(@"Moving time: (\d+)")]
    private static partial Regex MovingPattern();

    [GeneratedRegex(@"Total uphill: ([\d.]+)m")]
    private static partial Regex UphillPattern();

    [GeneratedRegex(@"Max speed: ([\d.]+)m/s")]
    private static partial Regex MaxSpeedPattern();
}
