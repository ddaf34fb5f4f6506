using Strava.Contracts;
using Strava.Contracts.Rest;
using Strava.Contracts.Sports;
using Strava.Replay.Gateway;

namespace Strava.Replay.Demo;

/// <summary>A demo athlete with a token, and what of theirs the stack holds.</summary>
internal sealed class DemoMember(DemoAthlete athlete, AthleteSession session)
{
    private readonly List<Sent> _sent = [];

    public DemoAthlete Athlete => athlete;

    public AthleteSession Session => session;

    /// <summary>In the stack's own words: somebody may have changed one by hand since an earlier run.</summary>
    public IEnumerable<ActivityDetails> Stored => _sent.Select(sent => sent.Activity).OfType<ActivityDetails>();

    public void Note(Sent sent) => _sent.Add(sent);

    public int Count(Outcome outcome) => _sent.Count(sent => sent.Outcome == outcome);

    /// <summary>Laps of the loop that everyone may see.</summary>
    public int Laps => _sent.Sum(sent => sent is { Laps: > 0, Activity.Visibility: Visibility.Everyone } ? sent.Laps : 0);

    /// <summary>How many of a sport count on boards.</summary>
    public int OnBoards(Sport sport) =>
        Stored.Count(activity => activity.Type == sport && activity.Visibility == Visibility.Everyone);
}

/// <summary>An activity that was sent, and what the stack holds of it; <c>null</c> when it was left alone.</summary>
internal sealed record Sent(Outcome Outcome, ActivityDetails? Activity)
{
    /// <summary>Of the loop where all of them meet; 0: elsewhere.</summary>
    public int Laps { get; init; }
}

/// <summary>What became of one activity.</summary>
internal enum Outcome
{
    /// <summary>Stored now.</summary>
    New,

    /// <summary>Stored by an earlier run.</summary>
    Known,

    /// <summary>Somebody has changed its points or deleted it since: it is left as it is.</summary>
    LeftAlone,
}
