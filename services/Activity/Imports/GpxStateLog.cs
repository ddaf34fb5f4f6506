using System.Xml;
using Strava.Contracts.Rest;
using Strava.Contracts.Timing;

namespace Strava.Activities.Imports;

/// <summary>
/// Gathers the state log of a file that this platform exported. A log that a phone could not have sent is no log: the gaps between
/// the segments then decide, as in any other file.
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

    /// <returns><c>null</c> when the file has none that can be.</returns>
    public StateLog? Read() =>
        _logs == 1 && !_isBroken && StateLog.Read(_changes) is { Refusal: null, Log: { State: ActivityState.Complete } log } ? log : null;
}
