using System.Globalization;
using System.Xml;
using Strava.Activities.Imports;
using Strava.Contracts.Geo;
using Strava.Contracts.Sports;
using Strava.Contracts.Tracks;

namespace Strava.Activities.Activities;

/// <summary>
/// Writes an activity as GPX 1.1: one trkseg an active interval, so that any reader sees the pauses as gaps; on the
/// grid of the recorder (1e-6 degree, 1 ms, 1 cm). Points inside of pauses count nothing here and would count
/// elsewhere: they are left out. Memory does not grow with the track.
/// </summary>
internal static class GpxWriter
{
    private const int PointsPerPiece = 500;

    public static async Task WriteAsync(
        Stream target, Activity activity, IReadOnlyList<OrderedPoint> points, CancellationToken cancellationToken)
    {
        // To a piece in memory, because an XmlWriter on the answer itself would write it synchronously.
        using var piece = new MemoryStream();
        using var xml = XmlWriter.Create(piece, new XmlWriterSettings { CloseOutput = false, Indent = true, IndentChars = " " });
        WriteHead(xml, activity);
        var isTimed = points.All(ordered => ordered.Point.AtMs is not null);
        OrderedPoint? previous = null;
        var written = 0;
        var isBroken = true;
        foreach (var ordered in points)
        {
            if (ordered.Interval < 0)
            {
                isBroken = true;
                continue;
            }

            // A reader sorts what lies within a segment: where recorded time went back, only a new one keeps the order.
            isBroken |= previous?.Interval != ordered.Interval || (isTimed && ordered.Point.AtMs < previous?.Point.AtMs);
            if (isBroken)
            {
                isBroken = false;
                EndSegment(xml, previous);
                xml.WriteStartElement("trkseg", GpxNames.Gpx11);
            }

            WritePoint(xml, ordered.Point);
            previous = ordered;
            if (++written % PointsPerPiece == 0)
            {
                await SendAsync(xml, piece, target, cancellationToken);
            }
        }

        EndSegment(xml, previous);
        xml.WriteEndDocument();
        await SendAsync(xml, piece, target, cancellationToken);
    }

    private static async Task SendAsync(XmlWriter xml, MemoryStream piece, Stream target, CancellationToken cancellationToken)
    {
        xml.Flush();
        await target.WriteAsync(piece.GetBuffer().AsMemory(0, (int)piece.Length), cancellationToken);
        piece.SetLength(0);
    }

    private static void WriteHead(XmlWriter xml, Activity activity)
    {
        xml.WriteStartDocument();
        xml.WriteStartElement("gpx", GpxNames.Gpx11);
        xml.WriteAttributeString("version", "1.1");
        xml.WriteAttributeString(
            "creator",
            "Open fitness platform" + (activity.ElevationSource == ElevationSource.Barometric ? GpxCreator.WithBarometer : ""));
        xml.WriteAttributeString("xmlns", "gpxtpx", null, GpxNames.Garmin);
        xml.WriteAttributeString("xmlns", "own", null, GpxNames.Own);
        if (activity.StartedAt is { } startedAt)
        {
            xml.WriteStartElement("metadata", GpxNames.Gpx11);
            Element(xml, "time", Instant(startedAt));
            xml.WriteEndElement();
        }

        xml.WriteStartElement("trk", GpxNames.Gpx11);
        Element(xml, "name", Storable(activity.Name));
        if (activity.Description.Length > 0)
        {
            Element(xml, "desc", Storable(activity.Description));
        }

        Element(xml, "type", activity.Sport == Sport.Ride ? "cycling" : "running");
        if (activity.Log.Changes.Count > 0)
        {
            WriteLog(xml, activity);
        }
    }

    private static void WriteLog(XmlWriter xml, Activity activity)
    {
        xml.WriteStartElement("extensions", GpxNames.Gpx11);
        xml.WriteStartElement("own", "stateLog", GpxNames.Own);
        foreach (var change in activity.Log.Changes)
        {
            xml.WriteStartElement("own", "change", GpxNames.Own);
            xml.WriteAttributeString("state", change.State.ToString().ToUpperInvariant());
            xml.WriteAttributeString("at", Instant(DateTimeOffset.FromUnixTimeMilliseconds(change.AtMs)));
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private static void WritePoint(XmlWriter xml, in TrackPoint point)
    {
        xml.WriteStartElement("trkpt", GpxNames.Gpx11);
        xml.WriteAttributeString("lat", Decimal(point.LatitudeE6, GeoPoint.UnitsPerDegree));
        xml.WriteAttributeString("lon", Decimal(point.LongitudeE6, GeoPoint.UnitsPerDegree));
        if (point.ElevationCm is { } elevationCm)
        {
            Element(xml, "ele", Decimal(elevationCm, 100));
        }

        if (point.AtMs is { } atMs)
        {
            Element(xml, "time", Instant(DateTimeOffset.FromUnixTimeMilliseconds(atMs)));
        }

        WriteChannels(xml, point);
        xml.WriteEndElement();
    }

    private static void WriteChannels(XmlWriter xml, in TrackPoint point)
    {
        var (hasGarmins, hasOthers) = (
            (point.HeartRate ?? point.Cadence ?? point.TemperatureC) is not null, (point.PowerWatts ?? point.AccuracyCm ?? point.SpeedMillimetersPerSecond) is not null);
        if (!hasGarmins && !hasOthers)
        {
            return;
        }

        xml.WriteStartElement("extensions", GpxNames.Gpx11);
        if (point.PowerWatts is { } powerWatts)
        {
            // By no schema, but as every other platform writes and reads it.
            Element(xml, "power", Decimal(powerWatts, 1));
        }

        if (hasGarmins)
        {
            // In the order of Garmin's schema.
            xml.WriteStartElement("gpxtpx", "TrackPointExtension", GpxNames.Garmin);
            Channel(xml, "atemp", point.TemperatureC);
            Channel(xml, "hr", point.HeartRate);
            Channel(xml, "cad", point.Cadence);
            xml.WriteEndElement();
        }

        if (point.AccuracyCm is { } accuracyCm)
        {
            xml.WriteElementString("own", "accuracyMeters", GpxNames.Own, Decimal(accuracyCm, 100));
        }

        if (point.SpeedMillimetersPerSecond is { } speed)
        {
            // GPX 1.0 had it, 1.1 has no place for it.
            xml.WriteElementString("own", "speed", GpxNames.Own, Decimal(speed, 1_000));
        }

        xml.WriteEndElement();
    }

    private static void Channel(XmlWriter xml, string name, int? value)
    {
        if (value is { } given)
        {
            xml.WriteElementString("gpxtpx", name, GpxNames.Garmin, Decimal(given, 1));
        }
    }

    private static void EndSegment(XmlWriter xml, OrderedPoint? previous)
    {
        if (previous is not null)
        {
            xml.WriteEndElement();
        }
    }

    private static void Element(XmlWriter xml, string name, string text) => xml.WriteElementString(name, GpxNames.Gpx11, text);

    private static string Decimal(int units, int unitsPerOne) =>
        ((decimal)units / unitsPerOne).ToString(CultureInfo.InvariantCulture);

    private static string Instant(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>JSON lets a name have characters that no XML can hold; the file must not break on them.</summary>
    private static string Storable(string text)
    {
        var characters = text.ToCharArray();
        for (var i = 0; i < characters.Length; i++)
        {
            if (i + 1 < characters.Length && XmlConvert.IsXmlSurrogatePair(characters[i + 1], characters[i]))
            {
                i++;
            }
            else if (!XmlConvert.IsXmlChar(characters[i]))
            {
                characters[i] = '\uFFFD';
            }
        }

        return new string(characters);
    }
}
