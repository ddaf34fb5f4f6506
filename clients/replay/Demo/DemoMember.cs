using Strava.Contracts;
using Strava.Replay.Gateway;

namespace Strava.Replay.Demo;

/// <summary>A demo athlete with a token, and what of theirs the stack holds.</summary>
internal sealed class DemoMember(DemoAthlete athlete, AthleteSession session)
{
    public DemoAthlete Athlete => athlete;

    public AthleteSession Session => session;

    public List<PlannedActivity> Stored { get; } = [];

    /// <summary>How many of a sport count on boards.</summary>
    public int OnBoards(Contracts.Sports.Sport sport) =>
        Stored.Count(activity => activity.Track.Sport == sport && activity.Visibility == Visibility.Everyone);
}

/// <summary>What became of one activity.</summary>
internal enum Outcome
{
    /// <summary>Stored now.</summary>
    New,

    /// <summary>Stored by an earlier run.</summary>
    Known,

    /// <summary>Somebody has changed or deleted it since: it is left as it is.</summary>
    LeftAlone,
}
