using System.Net;
using System.Text.Json;

namespace Strava.Oracle;

/// <summary>What the API answers for the boards of this and last week, by each column.</summary>
internal static class ClubAnswerCheck
{
    private const int Top = 100;

    public static async Task RunAsync(
        Door door, IReadOnlyList<ClubWeekBoard> boards, Truth truth, Comparison comparison)
    {
        foreach (var board in boards)
        {
            var viewers = board.Lines.Select(line => line.Athlete).Take(1)
                .Concat(truth.Athletes.Keys.Where(id => !board.Club.Members.Contains(id)).Order().Take(1));
            foreach (var viewer in viewers)
            {
                if (truth.Athletes.TryGetValue(viewer, out var athlete) && await door.HasTokenAsync(athlete))
                {
                    foreach (var column in ClubWeekBoard.Columns)
                    {
                        await CompareAsync(door, board, column, athlete, comparison);
                    }
                }
            }
        }
    }

    private static async Task CompareAsync(
        Door door, ClubWeekBoard board, string column, Athlete viewer, Comparison comparison)
    {
        foreach (var week in (string[])["this", "last"])
        {
            var path = $"/clubs/{board.Club.Id}/leaderboard?week={week}&sort={column}&top={Top}";
            var (status, body, _) = await door.GetAsync(viewer, path);
            comparison.Equal(HttpStatusCode.OK, status, $"The status of GET {path}");
            // Which week that is, is the reader's own matter; only the one that is looked at here is compared.
            if (status != HttpStatusCode.OK
                || body.GetProperty("board").GetProperty("period").GetString() != board.Week)
            {
                continue;
            }

            comparison.Equal(board.Lines.Count, body.GetProperty("total").GetInt32(), $"The total of {path}");
            var entries = body.GetProperty("entries").EnumerateArray().ToList();
            comparison.Equal(Math.Min(Top, board.Lines.Count), entries.Count, $"The number of entries of {path}");
            var best = board.Lines.Select(line => line.Score(column)).OrderDescending().Take(Top).ToList();
            foreach (var (entry, index) in entries.Select((entry, index) => (entry, index)))
            {
                var id = entry.GetProperty("athleteId").GetGuid();
                comparison.Equal(
                    best[index],
                    board.Lines.FirstOrDefault(line => line.Athlete == id)?.Score(column),
                    $"What entry {index} of {path} is listed by");
                CompareLine(board, column, id, entry, path, comparison);
            }

            var mine = body.GetProperty("viewer");
            comparison.Equal(
                board.Lines.Any(line => line.Athlete == viewer.Id),
                mine.ValueKind != JsonValueKind.Null,
                $"That {viewer.Name} is on {path}");
            if (mine.ValueKind != JsonValueKind.Null)
            {
                CompareLine(board, column, viewer.Id, mine, path, comparison);
            }
        }
    }

    private static void CompareLine(
        ClubWeekBoard board, string column, Guid athlete, JsonElement found, string where, Comparison comparison)
    {
        if (board.Lines.FirstOrDefault(line => line.Athlete == athlete) is not { } line)
        {
            comparison.Differ($"{where}: {athlete} is not on this board.");
            return;
        }

        var rank = 1 + board.Lines.Count(other => other.Score(column) > line.Score(column));
        comparison.Equal(rank, found.GetProperty("rank").GetInt32(), $"{where}: rank of {athlete}");
        Number("distanceMeters", line.Centimeters / 100.0);
        Number("movingSeconds", line.MovingMs / 1000.0);
        Number("elevationGainMeters", line.Decimeters / 10.0);
        Number("averagePaceSecondsPerKm", line.PaceMsPerKm / 1000.0);
        Number("longestMeters", line.LongestCentimeters / 100.0);
        Number("activities", line.Activities);

        void Number(string member, double? wanted) => comparison.Equal(
            wanted,
            found.GetProperty(member) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : null,
            $"{where}: {member} of {athlete}");
    }
}
