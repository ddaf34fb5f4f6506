using System.Net;
using System.Text.Json;

namespace Strava.Oracle;

/// <summary>
/// What the API answers for a board: the best hundred, the total, and each of some viewers' own line.
/// </summary>
internal static class BoardAnswerCheck
{
    private const int Top = 100;
    private const int ViewersABoard = 3;

    public static async Task RunAsync(Door door, IReadOnlyList<Board> boards, Truth truth, Comparison comparison)
    {
        foreach (var board in boards)
        {
            var viewers = board.Lines.Select(line => line.Athlete).Take(ViewersABoard - 1)
                .Concat(truth.Athletes.Keys.Where(id => board.Lines.All(line => line.Athlete != id)).Order().Take(1));
            foreach (var viewer in viewers)
            {
                if (truth.Athletes.TryGetValue(viewer, out var athlete) && await door.HasTokenAsync(athlete))
                {
                    await CompareAsync(door, board, athlete, truth, comparison);
                }
            }
        }
    }

    private static async Task CompareAsync(Door door, Board board, Athlete viewer, Truth truth, Comparison comparison)
    {
        var time = board.Window == "range"
            ? $"from={board.Period!.Split('/')[0]}&to={board.Period.Split('/')[1]}"
            : $"window={board.Window}" + (board.Period is null ? "" : $"&period={board.Period}");
        var place = Uri.EscapeDataString(board.Place);
        var path = $"/leaderboards/{board.Sport}?place={place}&{time}&top={Top}";
        var (status, body, _) = await door.GetAsync(viewer, path);
        comparison.Equal(HttpStatusCode.OK, status, $"The status of GET {path}");
        if (status != HttpStatusCode.OK)
        {
            return;
        }

        comparison.Equal(board.Lines.Count, body.GetProperty("total").GetInt32(), $"The total of {path}");
        var entries = body.GetProperty("entries").EnumerateArray().ToList();
        comparison.Equal(Math.Min(Top, board.Lines.Count), entries.Count, $"The number of entries of {path}");
        for (var index = 1; index < entries.Count; index++)
        {
            var falls = entries[index - 1].GetProperty("distanceMeters").GetDouble()
                >= entries[index].GetProperty("distanceMeters").GetDouble();
            comparison.Equal(true, falls, $"That entry {index} of {path} is not further than the one above");
        }

        foreach (var entry in entries)
        {
            var id = entry.GetProperty("athleteId").GetGuid();
            CompareLine(board, id, entry, $"{path}, entry of {id}", comparison);
            comparison.Equal(
                truth.Athletes.GetValueOrDefault(id)?.Name,
                entry.GetProperty("athleteName").GetString(),
                $"The name of {id} in {path}");
        }

        var mine = body.GetProperty("viewer");
        if (mine.ValueKind == JsonValueKind.Null)
        {
            comparison.Equal(
                false, board.Lines.Any(line => line.Athlete == viewer.Id), $"That {viewer.Name} is on {path}");
        }
        else
        {
            CompareLine(board, viewer.Id, mine, $"{path}, viewer {viewer.Name}", comparison);
        }
    }

    private static void CompareLine(Board board, Guid athlete, JsonElement found, string where, Comparison comparison)
    {
        if (board.Lines.FirstOrDefault(line => line.Athlete == athlete) is not { } line)
        {
            comparison.Differ($"{where}: is not on this board.");
            return;
        }

        var rank = 1 + board.Lines.Count(other => other.Centimeters > line.Centimeters);
        comparison.Equal(rank, found.GetProperty("rank").GetInt32(), $"{where}: rank");
        comparison.Equal(
            line.Centimeters / 100.0, found.GetProperty("distanceMeters").GetDouble(), $"{where}: distance");
        comparison.Equal(line.Activities, found.GetProperty("activities").GetInt32(), $"{where}: activities");
    }
}
