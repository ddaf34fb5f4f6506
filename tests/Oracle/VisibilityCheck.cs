using System.Net;

namespace Strava.Oracle;

/// <summary>
/// Asks for activities by id, as their athlete, as a friend and as a stranger: 200 where the rule says so, else 404.
/// </summary>
internal static class VisibilityCheck
{
    /// <summary>The newest ones; older ones were asked for by earlier checks.</summary>
    private const int MostActivities = 60;

    public static async Task RunAsync(Door door, Truth truth, Comparison comparison)
    {
        // UUIDs of version 7 sort by their time; what a phone named otherwise is spread among them.
        var newest = truth.Activities.OrderByDescending(activity => activity.Figures?.At ?? activity.StartedAt);
        foreach (var activity in newest.Take(MostActivities))
        {
            foreach (var viewer in await ViewersAsync(door, truth, activity))
            {
                var (status, body, _) = await door.GetAsync(viewer, $"/activities/{activity.Id}");
                var may = MaySee(truth, viewer.Id, activity);
                var what = $"{viewer.Name} asking for {activity.Visibility} activity {activity.Id}";
                comparison.Equal(may ? HttpStatusCode.OK : HttpStatusCode.NotFound, status, $"The answer to {what}");
                if (may && status == HttpStatusCode.OK)
                {
                    comparison.Equal(
                        activity.Version, body.GetProperty("version").GetInt64(), $"The version for {what}");
                    comparison.Equal(activity.Name, body.GetProperty("name").GetString(), $"The name for {what}");
                    if (activity.Figures is { } figures)
                    {
                        comparison.Equal(
                            figures.DistanceMm / 1_000.0,
                            body.GetProperty("distanceMeters").GetDouble(),
                            $"The distance for {what}");
                    }
                }
            }
        }
    }

    private static bool MaySee(Truth truth, Guid viewer, Activity activity)
    {
        if (activity.Deleted)
        {
            return false;
        }

        if (viewer == activity.AthleteId)
        {
            return true;
        }

        // What is still being recorded tells where somebody is: friends at most.
        var isOpen = activity.State != Activity.Complete;
        return activity.Visibility switch
        {
            "EVERYONE" when !isOpen => true,
            "EVERYONE" or "FRIENDS" => truth.AreFriends(viewer, activity.AthleteId),
            _ => false,
        };
    }

    private static async Task<List<Athlete>> ViewersAsync(Door door, Truth truth, Activity activity)
    {
        var friends = truth.Friends.GetValueOrDefault(activity.AthleteId) ?? [];
        Guid[] candidates =
        [
            activity.AthleteId,
            friends.Order().FirstOrDefault(),
            truth.Athletes.Keys.Order().FirstOrDefault(id => id != activity.AthleteId && !friends.Contains(id)),
        ];
        var viewers = new List<Athlete>();
        foreach (var candidate in candidates)
        {
            if (truth.Athletes.TryGetValue(candidate, out var athlete) && await door.HasTokenAsync(athlete))
            {
                viewers.Add(athlete);
            }
        }

        return viewers;
    }
}
