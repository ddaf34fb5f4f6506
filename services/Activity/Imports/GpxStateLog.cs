using System.Xml;
using Strava.Contracts.Rest;
using Strava.Contracts.Timing;

namespace Strava.Activities.Imports;

/// <summary>
/// Gathers the state log of a file that this platform exported. A log that a phone could not have sent is no log, nor
/// is one in which none of the file's points counts: the gaps between the segments then decide, as in any other file.
/// </summary>
internal sealed class GpxStateLog
{
    private readonly List<StateChange> _changes = [];
    private int _logs;
    private bool _isBroken;

    /// <summary>Takes the element under the reader, a <c>stateLog</c> or one of its lines.</summary>
    public void Add(XmlReader xml)
    {
        if (xml.LocalName == "stateLog")
        {
            _logs++;
        }
        else if (_changes.Count < RequestRules.MaxStateChanges
            && Enum.TryParse<Transition>(xml.GetAttribute("state"), ignoreCase: true, out var state) && Enum.IsDefined(state)
            && GpxText.Time(xml.GetAttribute("at") ?? string.Empty) is { } at)
        {
            _changes.Add(new StateChange(state, at.ToUnixTimeMilliseconds()));
        }
        else
        {
            _isBroken = true;
        }
    }

    /// <returns><c>null</c> when the file has none that can be of these points.</returns>
    public StateLog? Read(IEnumerable<ImportedSegment> segments) =>
        _logs == 1 && !_isBroken && StateLog.Read(_changes) is { Refusal: null, Log: { State: ActivityState.Complete } log }
        && segments.SelectMany(segment => segment.Points).Any(point => point.AtMs is not { } at || log.ActiveIntervalAt(at) >= 0)
            ? log
            : null;
}
