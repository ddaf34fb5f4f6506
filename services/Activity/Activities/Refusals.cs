using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Strava.Contracts.Rest;
using Strava.Contracts.Timing;
using Strava.ServiceDefaults;

namespace Strava.Activities.Activities;

/// <summary>The domain's refusals as problem details.</summary>
internal static class Refusals
{
    public static ProblemHttpResult Of(TransitionDecision refusal) => refusal switch
    {
        TransitionDecision.WrongState wrong => WrongState(wrong.Current, wrong.Allowed),
        TransitionDecision.TimeGoesBack back => Problems.Impossible(
            "at", $"This time is before the last change, {DateTimeOffset.FromUnixTimeMilliseconds(back.LastAtMs):yyyy-MM-ddTHH:mm:ss.fffZ}."),
        _ => throw new ArgumentException("An accepted transition is no refusal.", nameof(refusal)),
    };

    public static ProblemHttpResult WrongState(ActivityState current, IReadOnlyList<Transition> allowed) => Problems.Conflict(
        "activity-state",
        $"The activity is {Word(current)}; allowed now: {(allowed.Count == 0 ? "nothing" : string.Join(", ", allowed.Select(Word)))}.",
        new Dictionary<string, object?> { ["state"] = current, ["allowed"] = allowed });

    /// <param name="sent">Points that are stored.</param>
    /// <param name="more">Points of the request.</param>
    public static ProblemHttpResult TooManyPoints(int? sent, int more) => Problems.Impossible(
        "points",
        string.Create(
            CultureInfo.InvariantCulture,
            $"An activity has at most {RequestRules.MaxPoints:N0} points; {sent:N0} are stored, "
            + $"and these are {more:N0}: save it and begin another."),
        "activity/too-many-points");

    public static ProblemHttpResult IdTaken() => Problems.Conflict(
        "activity-exists", "An activity with this id exists already with other content; make a new id.");

    public static ProblemHttpResult NotYours() => Problems.Forbidden("This activity is another athlete's.", "not-yours");

    private static string Word<TEnum>(TEnum value)
        where TEnum : struct, Enum => value.ToString().ToUpperInvariant();
}
