using System.Globalization;
using System.Xml;
using Strava.Contracts.Geo;
using Strava.Contracts.Rest;
using Strava.Contracts.Tracks;

namespace Strava.Activities.Imports;

/// <summary>
/// Reads GPX 1.0 and 1.1 (topografix.com/gpx) with Garmin's TrackPointExtension, whatever the extensions' namespaces.
/// Pure; no DTD, no entity and no outside resource is ever read, depth and size are bounded.
/// </summary>
internal sealed class GpxReader
{
    private const int MaxDepth = 32;
    private const int MaxCharacters = 64 * 1024 * 1024;

    /// <summary>Each one is two lines of the state log, of which a recording has so many at most.</summary>
    private const int MaxSegments = RequestRules.MaxStateChanges / 2;

    /// <summary>
    /// Recorders of the MyTracks family write a pause as a point at latitude 100, and its end at 200.
    /// </summary>
    private const double PauseLatitude = 100;

    private readonly XmlReader _xml;
    private readonly List<ImportedSegment> _tracks = [];
    private readonly List<ImportedSegment> _routes = [];
    private readonly GpxStateLog _log = new();
    private List<TrackPoint> _points = [];
    private int _pointCount;
    private string? _name;
    private string? _type;
    private DateTimeOffset? _metadataTime;

    private GpxReader(XmlReader xml) => _xml = xml;

    /// <exception cref="ImportFailureException">Not GPX, not well-formed, too much of it, or without any
    /// position.</exception>
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
            return new GpxReader(xml).Read();
        }
        catch (XmlException exception)
        {
            throw exception.Message.Contains("DTD", StringComparison.Ordinal)
                ? new ImportFailureException("file/dtd-forbidden", "The file has a DOCTYPE; export it without one.", exception)
                : new ImportFailureException(
                    "file/malformed", $"The file is not well-formed XML at line {exception.LineNumber}; export it again.", exception);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            // What the reader throws for an encoding that it does not know or that is switched off (UTF-7).
            throw new ImportFailureException("file/malformed", "The file's encoding is unknown; export it as UTF-8.", exception);
        }
    }

    private ImportedTrack Read()
    {
        _xml.MoveToContent();
        if (_xml.LocalName != "gpx" || !GpxNames.IsGpx(_xml.NamespaceURI))
        {
            throw new ImportFailureException("file/not-gpx", "The file is XML but no GPX: its root element is not GPX's gpx.");
        }

        var source = GpxCreator.ElevationSource(_xml.GetAttribute("creator"));
        while (Next())
        {
            if (_xml.NodeType == XmlNodeType.Element)
            {
                ReadElement();
            }
            else if (_xml.NodeType == XmlNodeType.EndElement && _xml.LocalName is "trkseg" or "rte")
            {
                EndSegment(_xml.LocalName == "rte" ? _routes : _tracks, endMs: null);
            }
        }

        // A route is where somebody meant to go: it counts only where the file has no record of going.
        var segments = _tracks.Count > 0 ? _tracks : _routes;
        return segments.Count == 0
            ? throw new ImportFailureException("file/no-positions", "The file has no track or route point with a position.")
            : new ImportedTrack(segments, GpxText.Sport(_type), _name, _metadataTime, _log.Read(segments), source);
    }

    /// <summary>The one way forward, so that no depth goes unseen: the XML reader itself nests without end.</summary>
    private bool Next()
    {
        if (!_xml.Read())
        {
            return false;
        }

        return _xml.Depth <= MaxDepth
            ? true
            : throw new ImportFailureException("file/malformed", $"The file's elements are nested deeper than {MaxDepth}.");
    }

    private void ReadElement()
    {
        switch (_xml.LocalName)
        {
            case "trkpt":
                ReadPoint(_tracks);
                break;
            case "rtept":
                ReadPoint(_routes);
                break;
            case "name" when _xml.Depth <= 2:
                _name ??= GpxText.Name(Text());
                break;
            case "type" when _xml.Depth <= 2:
                _type ??= Text();
                break;
            case "time" when _xml.Depth <= 2:
                _metadataTime ??= GpxText.Time(Text());
                break;
            case "stateLog" or "change" when _xml.NamespaceURI == GpxNames.Own:
                _log.Add(_xml);
                break;
        }
    }

    private void ReadPoint(List<ImportedSegment> segments)
    {
        var latitude = GpxText.Number(_xml.GetAttribute("lat"));
        var longitude = GpxText.Number(_xml.GetAttribute("lon"));
        var channels = ReadChannels();
        if (latitude is >= -90 and <= 90 && longitude is >= -180 and <= 180)
        {
            if (++_pointCount > RequestRules.MaxPoints)
            {
                throw new ImportFailureException(
                    "activity/too-many-points",
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"The file has more than {RequestRules.MaxPoints:N0} points: split it into its activities."));
            }

            var position = GeoPoint.FromDegrees(latitude.Value, longitude.Value);
            _points.Add(channels with { LatitudeE6 = position.LatitudeE6, LongitudeE6 = position.LongitudeE6 });
        }
        else
        {
            // No position on earth: a pause marker, or a point that never had a fix. Either way the track breaks here.
            EndSegment(segments, latitude == PauseLatitude ? channels.AtMs : null);
        }
    }

    /// <summary>Reads to the end of the point's element.</summary>
    private TrackPoint ReadChannels()
    {
        var point = default(TrackPoint);
        var depth = _xml.Depth;
        if (_xml.IsEmptyElement)
        {
            return point;
        }

        while (Next() && _xml.Depth > depth)
        {
            if (_xml.NodeType == XmlNodeType.Element && !_xml.IsEmptyElement)
            {
                point = WithChannel(point, _xml.LocalName, isOwnMember: _xml.Depth == depth + 1);
            }
        }

        return point;
    }

    /// <param name="point">The point so far.</param>
    /// <param name="name">Local name of the element under the reader.</param>
    /// <param name="isOwnMember">False inside of extensions, where a time may be anything's.</param>
    private TrackPoint WithChannel(TrackPoint point, string name, bool isOwnMember) => name switch
    {
        "time" when isOwnMember => point with { AtMs = GpxText.Time(Text())?.ToUnixTimeMilliseconds() },
        "ele" when isOwnMember => point with { ElevationCm = GpxText.Rounded(Text(), -500, 9_000, 100) },
        "hr" => point with { HeartRate = GpxText.Rounded(Text(), 1, 250) },
        "cad" => point with { Cadence = GpxText.Rounded(Text(), 0, 300) },
        "atemp" => point with { TemperatureC = GpxText.Rounded(Text(), -70, 70) },
        "power" => point with { PowerWatts = GpxText.Rounded(Text(), 0, 3_000) },
        "speed" => point with { SpeedMillimetersPerSecond = GpxText.Rounded(Text(), 0, 1_000, 1_000) },
        "accuracyMeters" => point with { AccuracyCm = GpxText.Rounded(Text(), 0, 1_000_000, 100) },
        _ => point,
    };

    private void EndSegment(List<ImportedSegment> segments, long? endMs)
    {
        if (_points.Count == 0)
        {
            return;
        }

        if (segments.Count == MaxSegments)
        {
            throw new ImportFailureException(
                "file/too-many-segments", $"The file has more than {MaxSegments} segments; join them, or split the file.");
        }

        segments.Add(new ImportedSegment(_points, endMs));
        _points = [];
    }

    /// <summary>The text of the element under the reader; empty when it has child elements.</summary>
    private string Text() =>
        !_xml.IsEmptyElement && Next() && _xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA ? _xml.Value.Trim() : string.Empty;
}
