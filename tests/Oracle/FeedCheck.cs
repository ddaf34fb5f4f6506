using System.Text.Json;

namespace Strava.Oracle;

/// <summary>
/// Every athlete's FRIENDS list and own list: the same lines in the same order, newest first, with the same figures.
/// </summary>
internal static class FeedCheck
{
    public static async Task RunAsync(Door door, Truth truth, Comparison comparison)
    {
        foreach (var athlete in truth.Athletes.Values)
        {
            if (!await door.HasTokenAsync(athlete))
            {
                continue;
            }

            var friends = truth.Friends.GetValueOrDefault(athlete.Id) ?? [];
            var theirs = truth.Saved.Where(activity =>
                friends.Contains(activity.AthleteId) && (activity.Visibility is "EVERYONE" or "FRIENDS"));
            var own = truth.Saved.Where(activity => activity.AthleteId == athlete.Id);
            await CompareAsync(door, athlete, "FRIENDS", theirs, truth, comparison);
            await CompareAsync(door, athlete, "USER", own, truth, comparison);
        }
    }

    private static async Task CompareAsync(
        Door door, Athlete viewer, string mode, IEnumerable<Activity> wanted, Truth truth, Comparison comparison)
    {
        // A uuid's canonical text orders as Postgres orders uuids.
        var lines = wanted.OrderByDescending(activity => activity.StartedAt)
            .ThenByDescending(activity => activity.Id.ToString("D"), StringComparer.Ordinal).ToList();
        var found = await door.ListAsync(viewer, $"/activities?mode={mode}&page=1&pageSize=100");
        var list = $"{viewer.Name}'s {mode} list";
        comparison.Equal(lines.Count, found.Count, $"The length of {list}");
        var there = found.Select(line => line.GetProperty("id").GetGuid()).ToHashSet();
        foreach (var missing in lines.Where(line => !there.Contains(line.Id)))
        {
            comparison.Differ($"{list} lacks {missing.Id} ({missing.Name}).");
        }

        var due = lines.Select(line => line.Id).ToHashSet();
        foreach (var extra in there.Where(id => !due.Contains(id)))
        {
            comparison.Differ($"{list} shows {extra}, which it must not.");
        }

        if (lines.Count == found.Count && due.SetEquals(there))
        {
            for (var index = 0; index < lines.Count; index++)
            {
                CompareLine(lines[index], found[index], truth, $"Line {index + 1} of {list}", comparison);
            }
        }
    }

    private static void CompareLine(Activity wanted, JsonElement found, Truth truth, string line, Comparison comparison)
    {
        var figures = wanted.Figures!;
        comparison.Equal(wanted.Id, found.GetProperty("id").GetGuid(), $"{line}: id");
        comparison.Equal(wanted.AthleteId, found.GetProperty("athleteId").GetGuid(), $"{line}: athlete");
        comparison.Equal(
            truth.Athletes.GetValueOrDefault(wanted.AthleteId)?.Name,
            found.GetProperty("athleteName").GetString(),
            $"{line}: athlete's name");
        comparison.Equal(wanted.Sport, found.GetProperty("type").GetString(), $"{line}: type");
        comparison.Equal(wanted.Name, found.GetProperty("name").GetString(), $"{line}: name");
        comparison.Equal(wanted.StartedAt, found.GetProperty("startedAt").GetDateTimeOffset(), $"{line}: start");
        comparison.Equal(
            figures.DistanceMm / 1_000.0, found.GetProperty("distanceMeters").GetDouble(), $"{line}: distance");
        comparison.Equal(
            figures.ActiveMs / 1_000.0, found.GetProperty("activeSeconds").GetDouble(), $"{line}: active time");
        comparison.Equal(
            figures.MovingMs / 1_000.0, found.GetProperty("movingSeconds").GetDouble(), $"{line}: moving time");
        comparison.Equal(
            figures.GainCm / 100.0, found.GetProperty("elevationGainMeters").GetDouble(), $"{line}: climb");
    }
}
