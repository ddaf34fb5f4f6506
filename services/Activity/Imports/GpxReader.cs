using System.Globalization;
using System.Xml;
using Strava.Contracts.Geo;
using Strava.Contracts.Sports;
using Strava.Contracts.Tracks;

namespace Strava.Activities.Imports;

/// <summary>
/// Reads GPX 1.0 and 1.1 (topografix.com/gpx) with Garmin's TrackPointExtension, whatever the namespaces. Pure; no DTD, no entity and
/// no outside resource is ever read, depth and size are bounded.
/// </summary>
internal sealed class GpxReader
{
    private const int MaxDepth = 32;
    private const int MaxCharacters = 64 * 1024 * 1024;

    /// <summary>Recorders of the MyTracks family write a pause as a point at latitude 100, and its end at 200.</summary>
    private const double PauseLatitude = 100;

    private readonly List<ImportedSegment> _segments = [];
    private List<TrackPoint> _points = [];
    private string? _name;
    private string? _type;
    private DateTimeOffset? _metadataTime;

    /// <exception cref="ImportFailureException">Not GPX, not well-formed, or without any position.</exception>
    public static ImportedTrack Read(Stream file)
    {
        var settings = new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            MaxCharactersInDocument = MaxCharacters,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
            IgnoreWhitespace = true,
        };
        try
        {
            using var xml = XmlReader.Create(file, settings);
            return new GpxReader().Read(xml);
        }
        catch (XmlException exception)
        {
            throw exception.Message.Contains("DTD", StringComparison.Ordinal)
                ? new ImportFailureException("file/dtd-forbidden", "The file has a DOCTYPE; export it without one.", exception)
                : new ImportFailureException(
                    "file/malformed", $"The file is not well-formed XML at line {exception.LineNumber}; export it again.", exception);
        }
    }

    private ImportedTrack Read(XmlReader xml)
    {
        xml.MoveToContent();
        if (xml.LocalName != "gpx")
        {
            throw new ImportFailureException("file/not-gpx", "The file is XML but no GPX: its root element is not gpx.");
        }

        while (xml.Read())
        {
            if (xml.Depth > MaxDepth)
            {
                throw new ImportFailureException("file/malformed", $"The file's elements are nested deeper than {MaxDepth}.");
            }

            if (xml.NodeType == XmlNodeType.Element)
            {
                ReadElement(xml);
            }
            else if (xml.NodeType == XmlNodeType.EndElement && xml.LocalName is "trkseg" or "rte")
            {
                EndSegment(endMs: null);
            }
        }

        return _segments.Count == 0
            ? throw new ImportFailureException("file/no-positions", "The file has no track or route point with a position.")
            : new ImportedTrack(_segments, SportOf(_type), _name, _metadataTime);
    }

    private void ReadElement(XmlReader xml)
    {
        switch (xml.LocalName)
        {
            case "trkpt" or "rtept":
                ReadPoint(xml);
                break;
            case "name" when xml.Depth <= 2:
                _name ??= Text(xml);
                break;
            case "type" when xml.Depth <= 2:
                _type ??= Text(xml);
                break;
            case "time" when xml.Depth <= 2:
                _metadataTime ??= Time(Text(xml));
                break;
        }
    }

    private void ReadPoint(XmlReader xml)
    {
        var latitude = Number(xml.GetAttribute("lat"));
        var longitude = Number(xml.GetAttribute("lon"));
        var channels = ReadChannels(xml);
        if (latitude is >= -90 and <= 90 && longitude is >= -180 and <= 180)
        {
            var position = GeoPoint.FromDegrees(latitude.Value, longitude.Value);
            _points.Add(channels with { LatitudeE6 = position.LatitudeE6, LongitudeE6 = position.LongitudeE6 });
        }
        else
        {
            // No position on earth: a pause marker, or a point that never had a fix. Either way the track breaks here.
            EndSegment(latitude == PauseLatitude ? channels.AtMs : null);
        }
    }

    /// <summary>Reads to the end of the point's element.</summary>
    private static TrackPoint ReadChannels(XmlReader xml)
    {
        var point = default(TrackPoint);
        if (xml.IsEmptyElement)
        {
            return point;
        }

        using var inside = xml.ReadSubtree();
        inside.Read();
        while (inside.Read())
        {
            if (inside.NodeType != XmlNodeType.Element || inside.IsEmptyElement || inside.Depth > MaxDepth)
            {
                continue;
            }

            point = inside.LocalName switch
            {
                "time" => point with { AtMs = Time(Text(inside))?.ToUnixTimeMilliseconds() },
                "ele" => point with { ElevationCm = Rounded(Text(inside), -500, 9_000, 100) },
                "hr" => point with { HeartRate = Rounded(Text(inside), 1, 250) },
                "cad" => point with { Cadence = Rounded(Text(inside), 0, 300) },
                "atemp" => point with { TemperatureC = Rounded(Text(inside), -70, 70) },
                "power" => point with { PowerWatts = Rounded(Text(inside), 0, 3_000) },
                _ => point,
            };
        }

        return point;
    }

    private void EndSegment(long? endMs)
    {
        if (_points.Count > 0)
        {
            _segments.Add(new ImportedSegment(_points, endMs));
            _points = [];
        }
    }

    /// <summary>The text of the element under the reader, which stays on it; empty when it has child elements.</summary>
    private static string Text(XmlReader xml) =>
        !xml.IsEmptyElement && xml.Read() && xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA ? xml.Value.Trim() : string.Empty;

    private static DateTimeOffset? Time(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private static double? Number(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    private static int? Rounded(string text, double least, double most, int unitsPerOne = 1) =>
        Number(text) is { } value && value >= least && value <= most
            ? (int)Math.Round(value * unitsPerOne, MidpointRounding.AwayFromZero)
            : null;

    private static Sport? SportOf(string? type) => type?.ToUpperInvariant() switch
    {
        "RUN" or "RUNNING" or "TRAIL_RUNNING" or "TRAIL RUNNING" or "9" => Sport.Run,
        "RIDE" or "CYCLING" or "BIKING" or "ROAD_BIKING" or "MOUNTAIN_BIKING" or "MOUNTAIN BIKING" or "ROAD BIKING" or "1" => Sport.Ride,
        _ => null,
    };
}
