using System.Globalization;
using System.Net;
using System.Text.Json;
using Npgsql;

namespace Strava.Oracle;

/// <summary>
/// Open challenges: every entry as the streams and the participations say, and the ranks that the API answers by
/// counting.
/// </summary>
internal static class ChallengeCheck
{
    private const int ViewersABoard = 3;

    public static async Task RunAsync(NpgsqlConnection leaderboard, Door door, Truth truth, Comparison comparison)
    {
        foreach (var challenge in await ChallengeFacts.ReadAsync(leaderboard))
        {
            var lines = ChallengeLines.Of(challenge, truth);
            if (challenge.State != 1)
            {
                await ClosedChallengeCheck.RunAsync(challenge, lines, door, truth, comparison);
                continue;
            }

            await CompareEntriesAsync(leaderboard, challenge, lines, comparison);
            var viewers = lines.Take(ViewersABoard - 1).Concat(lines.TakeLast(1)).Select(line => line.Athlete).Distinct();
            foreach (var viewer in viewers)
            {
                if (truth.Athletes.TryGetValue(viewer, out var athlete) && await door.HasTokenAsync(athlete))
                {
                    await CompareAnswerAsync(door, challenge, lines, athlete, country: null, comparison);
                    await CompareAnswerAsync(door, challenge, lines, athlete, lines.Single(line => line.Athlete == viewer).Country, comparison);
                }
            }
        }
    }

    private static async Task CompareEntriesAsync(
        NpgsqlConnection database, ChallengeFacts challenge, List<ChallengeLine> lines, Comparison comparison)
    {
        var found = new Dictionary<Guid, (long Standing, string Country)>();
        await using (var command = new NpgsqlCommand(
            "SELECT n.athlete_id, e.standing, e.country FROM challenge_entry e JOIN athlete_number n ON n.number = e.athlete WHERE e.challenge = $1",
            database))
        {
            command.Parameters.Add(new() { Value = challenge.Number });
            await using var rows = await command.ExecuteReaderAsync();
            while (await rows.ReadAsync())
            {
                found.Add(rows.GetGuid(0), (rows.GetInt64(1), rows.GetString(2)));
            }
        }

        foreach (var line in lines)
        {
            found.Remove(line.Athlete, out var entry);
            comparison.Equal((line.Standing, line.Country ?? ""), (entry.Standing, entry.Country ?? ""), $"The entry of {line.Athlete} in challenge {challenge.Id}");
        }

        foreach (var athlete in found.Keys)
        {
            comparison.Differ($"Challenge {challenge.Id} has {athlete}, who has no score there.");
        }
    }

    private static async Task CompareAnswerAsync(
        Door door, ChallengeFacts challenge, List<ChallengeLine> lines, Athlete viewer, string? country, Comparison comparison)
    {
        var board = lines.Where(line => country is null || line.Country == country).ToList();
        var path = $"/challenges/{challenge.Id}/leaderboard?top=100" + (country is null ? "" : $"&country={country}");
        var (status, body, _) = await door.GetAsync(viewer, path);
        comparison.Equal(HttpStatusCode.OK, status, $"The status of GET {path}");
        if (status != HttpStatusCode.OK)
        {
            return;
        }

        comparison.Equal(board.Count, body.GetProperty("total").GetInt32(), $"The total of {path}");
        var own = board.Single(line => line.Athlete == viewer.Id);
        comparison.Equal(RankOf(own), body.GetProperty("viewer").GetProperty("rank").GetInt64(), $"The rank of {viewer.Name} in {path}");
        var entries = body.GetProperty("entries").EnumerateArray().ToList();
        comparison.Equal(Math.Min(100, board.Count), entries.Count, $"The number of entries of {path}");
        foreach (var (line, entry) in board.Zip(entries))
        {
            // Who stands here may be another with the same score who got there at the same moment.
            comparison.Equal(RankOf(line), entry.GetProperty("rank").GetInt64(), $"A rank of {path}");
            comparison.Equal(ChallengeLines.ScoreOf(challenge, line), Text(entry, "score"), $"A score of {path}");
        }

        long RankOf(ChallengeLine line) => 1 + board.Count(other => other.Standing < line.Standing);
    }

    private static string Text(JsonElement entry, string member) =>
        entry.GetProperty(member).GetDouble().ToString("R", CultureInfo.InvariantCulture);
}
