using System.Globalization;
using System.Net;
using System.Text.Json;
using Npgsql;

namespace Strava.Oracle;

/// <summary>A challenge and who takes part: what the Leaderboard service holds as truth.</summary>
internal sealed record ChallengeFacts(
    int Number, Guid Id, string[] Sports, int Metric, DateOnly From, DateOnly To, Dictionary<Guid, string?> Participants);

/// <summary>A line that there must be. The less the standing, the better.</summary>
internal sealed record ChallengeLine(Guid Athlete, long Standing, DateTimeOffset ReachedAt, string? Country);

/// <summary>
/// Open challenges: every entry as the streams and the participations say, and the ranks that the API answers by
/// counting.
/// </summary>
internal static class ChallengeCheck
{
    private const int ViewersABoard = 3;

    public static async Task RunAsync(NpgsqlConnection leaderboard, Door door, Truth truth, Comparison comparison)
    {
        foreach (var challenge in await ReadAsync(leaderboard))
        {
            var lines = challenge.Participants
                .Select(one => LineOf(challenge, one.Key, one.Value ?? truth.Athletes.GetValueOrDefault(one.Key)?.Home.Country, truth))
                .OfType<ChallengeLine>().OrderBy(line => line.Standing).ThenBy(line => line.ReachedAt).ToList();
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

    private static ChallengeLine? LineOf(ChallengeFacts challenge, Guid athlete, string? country, Truth truth)
    {
        var done = truth.Saved.Where(activity => activity.AthleteId == athlete && challenge.Sports.Contains(activity.Sport)
            && activity.Figures!.LocalDate >= challenge.From && activity.Figures.LocalDate <= challenge.To).ToList();
        (long Standing, DateTimeOffset ReachedAt)? best = challenge.Metric switch
        {
            1 => Sum(done, activity => activity.Figures!.DistanceMm),
            2 => Sum(done, activity => activity.Figures!.GainCm),
            3 => Sum(done, activity => activity.Figures!.MovingMs),
            4 => Sum(done, _ => 1),
            5 => Streak(done),
            6 => Least(done, activity => activity.Figures!.DistanceMm is > 0 and var mm ? -mm : null),
            7 => Least(done, activity => activity.Best5KmMs),
            _ => Least(done, activity => activity.Best10KmMs),
        };
        return best is { } place ? new ChallengeLine(athlete, place.Standing, place.ReachedAt, country) : null;
    }

    private static (long, DateTimeOffset)? Sum(List<Activity> done, Func<Activity, long> of)
    {
        var adding = done.Where(activity => of(activity) > 0).ToList();
        return adding.Count == 0 ? null : (-adding.Sum(of), adding.Max(activity => activity.StartedAt!.Value));
    }

    private static (long, DateTimeOffset)? Least(List<Activity> done, Func<Activity, long?> of)
    {
        var first = done.Where(activity => of(activity) is not null)
            .OrderBy(activity => of(activity)).ThenBy(activity => activity.StartedAt).FirstOrDefault();
        return first is null ? null : (of(first)!.Value, first.StartedAt!.Value);
    }

    /// <summary>Day after day: how many in a row end with this one.</summary>
    private static (long, DateTimeOffset)? Streak(List<Activity> done)
    {
        var best = (Days: 0L, ReachedAt: DateTimeOffset.MinValue);
        var (days, last) = (0L, DateOnly.MinValue);
        foreach (var day in done.GroupBy(activity => activity.Figures!.LocalDate).OrderBy(day => day.Key))
        {
            days = day.Key == last.AddDays(1) ? days + 1 : 1;
            last = day.Key;
            if (days > best.Days)
            {
                best = (days, day.Min(activity => activity.StartedAt!.Value));
            }
        }

        return best.Days == 0 ? null : (-best.Days, best.ReachedAt);
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
            comparison.Equal(ScoreOf(challenge, line), Text(entry, "score"), $"A score of {path}");
        }

        long RankOf(ChallengeLine line) => 1 + board.Count(other => other.Standing < line.Standing);
    }

    private static string ScoreOf(ChallengeFacts challenge, ChallengeLine line)
    {
        var unit = challenge.Metric switch { 2 => 100.0, 4 or 5 => 1.0, _ => 1_000.0 };
        return (Math.Abs(line.Standing) / unit).ToString("R", CultureInfo.InvariantCulture);
    }

    private static string Text(JsonElement entry, string member) =>
        entry.GetProperty(member).GetDouble().ToString("R", CultureInfo.InvariantCulture);

    private static async Task<List<ChallengeFacts>> ReadAsync(NpgsqlConnection database)
    {
        var challenges = new Dictionary<int, ChallengeFacts>();
        await using (var command = new NpgsqlCommand(
            "SELECT number, id, sports, metric, starts_on, ends_on FROM challenge WHERE state = 1", database))
        await using (var rows = await command.ExecuteReaderAsync())
        {
            while (await rows.ReadAsync())
            {
                var sports = rows.GetFieldValue<short[]>(2).Select(sport => sport == 1 ? "RUN" : "RIDE").ToArray();
                challenges.Add(rows.GetInt32(0), new ChallengeFacts(
                    rows.GetInt32(0), rows.GetGuid(1), sports, rows.GetInt16(3), rows.GetFieldValue<DateOnly>(4), rows.GetFieldValue<DateOnly>(5), []));
            }
        }

        await using var members = new NpgsqlCommand(
            """
            SELECT p.challenge, n.athlete_id, p.country FROM challenge_participant p JOIN athlete_number n ON n.number = p.athlete
            WHERE NOT EXISTS (SELECT FROM athlete_flag g WHERE g.athlete = p.athlete)
                AND NOT EXISTS (SELECT FROM challenge_barred b WHERE b.challenge = p.challenge AND b.athlete = p.athlete)
            """,
            database);
        await using var joined = await members.ExecuteReaderAsync();
        while (await joined.ReadAsync())
        {
            if (challenges.TryGetValue(joined.GetInt32(0), out var challenge))
            {
                challenge.Participants.Add(joined.GetGuid(1), joined.IsDBNull(2) ? null : joined.GetString(2));
            }
        }

        return [.. challenges.Values];
    }
}
