using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Strava.Oracle;

/// <summary>
/// A board that takes no more changes: every line of it that the API gives, page after page, as the streams were when
/// it ended. Whoever changed something since, or shortly before, may be there as before or as after: of them nothing is
/// wanted but a line that fits among the others.
/// </summary>
internal static class ClosedChallengeCheck
{
    private const int Viewers = 3;

    /// <summary>A change so shortly before the end may have come too late.</summary>
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(5);

    private sealed record Shown(Guid Athlete, string Score, string? Country, long Rank);

    public static async Task RunAsync(
        ChallengeFacts challenge, List<ChallengeLine> lines, Door door, Truth truth, Comparison comparison)
    {
        var open = new HashSet<Guid>(
            truth.Activities.Where(activity => IsLate(activity.ChangedAt)).Select(activity => activity.AthleteId)
                .Concat(challenge.Off.Where(off => IsLate(off.Value)).Select(off => off.Key)));
        var viewers = new List<Athlete>();
        foreach (var line in lines)
        {
            if (viewers.Count < Viewers && truth.Athletes.TryGetValue(line.Athlete, out var athlete)
                && await door.HasTokenAsync(athlete))
            {
                viewers.Add(athlete);
            }
        }

        if (viewers.Count == 0)
        {
            return;
        }

        var path = $"/challenges/{challenge.Id}/leaderboard?top=100";
        var board = await ReadAsync(door, viewers[0], path);
        CompareLines(challenge, lines, board, open, path, comparison);
        CompareRanks(challenge, board, path, comparison);
        foreach (var viewer in viewers)
        {
            var own = board.Find(line => line.Athlete == viewer.Id);
            await CompareViewerAsync(door, viewer, path, own?.Rank, board.Count, comparison);
            if (own?.Country is { } country)
            {
                var there = board.Where(line => line.Country == country).ToList();
                var countryPath = $"{path}&country={country}";
                var found = await ReadAsync(door, viewer, countryPath);
                comparison.Equal(
                    string.Join(' ', there.Select(line => $"{line.Athlete}={line.Score}")),
                    string.Join(' ', found.Select(line => $"{line.Athlete}={line.Score}")),
                    $"The lines of {countryPath}");
                CompareRanks(challenge, found, countryPath, comparison);
                await CompareViewerAsync(
                    door, viewer, countryPath, found.Find(line => line.Athlete == viewer.Id)?.Rank, found.Count,
                    comparison);
            }
        }

        bool IsLate(DateTimeOffset at) => at > challenge.AsOf - Settle;
    }

    private static void CompareLines(
        ChallengeFacts challenge, List<ChallengeLine> lines, List<Shown> board, HashSet<Guid> open, string path,
        Comparison comparison)
    {
        var found = board.ToDictionary(line => line.Athlete);
        foreach (var line in lines.Where(line => !open.Contains(line.Athlete)))
        {
            found.Remove(line.Athlete, out var shown);
            comparison.Equal(
                ChallengeLines.ScoreOf(challenge, line), shown?.Score, $"The score of {line.Athlete} in {path}");
            if (challenge.Participants[line.Athlete] is { } country)
            {
                comparison.Equal(country, shown?.Country, $"The country of {line.Athlete} in {path}");
            }
        }

        foreach (var athlete in found.Keys.Where(athlete => !open.Contains(athlete)))
        {
            comparison.Differ($"{path} has {athlete}, who has no score there.");
        }
    }

    private static void CompareRanks(
        ChallengeFacts challenge, List<Shown> board, string path, Comparison comparison)
    {
        var scores = board.ConvertAll(line => double.Parse(line.Score, CultureInfo.InvariantCulture));
        foreach (var line in board)
        {
            var own = double.Parse(line.Score, CultureInfo.InvariantCulture);
            comparison.Equal(
                1 + scores.Count(score => challenge.IsFastest ? score < own : score > own), line.Rank,
                $"The rank of {line.Athlete} in {path}");
        }

        comparison.Equal(
            string.Join(' ', board.Select(line => line.Rank).Order()), string.Join(' ', board.Select(line => line.Rank)),
            $"The order of {path}");
    }

    private static async Task CompareViewerAsync(
        Door door, Athlete viewer, string path, long? rank, int total, Comparison comparison)
    {
        var (status, body, _) = await door.GetAsync(viewer, path);
        comparison.Equal(HttpStatusCode.OK, status, $"The status of GET {path}");
        if (status == HttpStatusCode.OK)
        {
            comparison.Equal(total, body.GetProperty("total").GetInt32(), $"The total of {path}");
            long? shown = body.TryGetProperty("viewer", out var own) && own.ValueKind == JsonValueKind.Object
                ? own.GetProperty("rank").GetInt64()
                : null;
            comparison.Equal(rank, shown, $"The rank of {viewer.Name} in {path}");
        }
    }

    private static async Task<List<Shown>> ReadAsync(Door door, Athlete viewer, string path)
    {
        var board = new List<Shown>();
        for (var next = path; next is not null;)
        {
            var (status, body, following) = await door.GetAsync(viewer, next);
            if (status != HttpStatusCode.OK)
            {
                throw new HttpRequestException($"GET {next} answered {(int)status}: {body}");
            }

            board.AddRange(body.GetProperty("entries").EnumerateArray().Select(entry => new Shown(
                entry.GetProperty("athleteId").GetGuid(),
                entry.GetProperty("score").GetDouble().ToString("R", CultureInfo.InvariantCulture),
                entry.TryGetProperty("country", out var country) ? country.GetString() : null,
                entry.GetProperty("rank").GetInt64())));
            next = following;
        }

        return board;
    }
}
