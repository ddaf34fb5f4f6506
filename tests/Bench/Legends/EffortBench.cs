using System.Diagnostics;

namespace Strava.Bench.Legends;

/// <summary>
/// What an effort costs whose arrival gives the title away on each of the ninety coming days, and moves its athlete
/// from one bin to the next on all of them, on a segment of 100,000 athletes: from the taking of the mark to the
/// commit. And what it costs to take it away again: each day's winner from all efforts of the segment.
/// </summary>
internal static class EffortBench
{
    private const int Athletes = 100_000;
    private const int WarmUp = 20;
    private const int Measured = 300;
    private const int Taken = 20;

    // So many have the bin full; one more is in the next.
    private const int Full = 64;

    public static async Task RunAsync()
    {
        await using var world = await LegendWorld.CreateAsync();
        await world.FillAsync(Athletes);
        var contenders = Enumerable.Range(0, WarmUp + Measured).Select(_ => Guid.NewGuid()).ToArray();
        var noon = DateTime.SpecifyKind(TimeProvider.System.GetUtcNow().UtcDateTime.Date.AddHours(12), DateTimeKind.Utc);
        await world.ExecuteAsync(
            """
            INSERT INTO effort (segment, activity_id, started_at, athlete_id, elapsed_ms, local_date, standing)
            SELECT $1, gen_random_uuid(), $2 - n * interval '1 second', athlete, 60000, $3, 2
            FROM unnest($4) AS athlete, generate_series(1, $5) AS n
            """,
            world.Segment,
            noon.AddHours(-6),
            DateOnly.FromDateTime(noon),
            contenders,
            Full);
        await world.ExecuteAsync("VACUUM ANALYZE");
        var watch = Stopwatch.StartNew();
        await world.OpenAsync();
        Figures.Note(
            $"{await world.ScalarAsync<long>("SELECT count(*) FROM effort")} efforts; "
            + $"all rows worked out in one pass in {Figures.Format(watch.Elapsed.TotalSeconds)} s");
        await world.ExecuteAsync("VACUUM ANALYZE");

        // Each reaches the same count a little earlier than the one before.
        var (added, floor, activities) = (new List<double>(), new List<double>(), new List<(Guid Id, Guid Athlete)>());
        foreach (var (athlete, turn) in contenders.Select((athlete, turn) => (athlete, turn)))
        {
            var activity = Guid.CreateVersion7();
            activities.Add((activity, athlete));
            await world.SayAsync(activity, athlete, efforts: 1, noon.AddMilliseconds(-turn * 10));
            added.Add(await TimeAsync(() => world.Matcher.MatchAsync(activity, default)));
            floor.Add(await TimeAsync(() => world.ExecuteAsync("UPDATE lease SET epoch = epoch WHERE name = 'none'")));
        }

        var held = await world.ScalarAsync<long>(
            "SELECT count(*) FROM rolling_local_legend WHERE athlete_id = $1 AND date >= $2",
            contenders[^1],
            DateOnly.FromDateTime(noon));
        if (held != 90)
        {
            throw new InvalidOperationException($"The last effort won {held} days of 90.");
        }

        Print("legends.effort", [.. added.Skip(WarmUp)]);
        Figures.Note($"an empty statement and its round trip: p50 {Figures.Format(Figures.Median(floor))} ms");

        var taken = new List<double>();
        for (var turn = 0; turn < Taken; turn++)
        {
            var (activity, athlete) = activities[^(turn + 1)];
            await world.Activities.DeleteAsync(new() { ActivityId = activity, AthleteId = athlete, Version = 2 }, default);
            taken.Add(await TimeAsync(() => world.Matcher.MatchAsync(activity, default)));
        }

        Print("legends.effort_taken", taken);
    }

    private static void Print(string name, List<double> took)
    {
        took.Sort();
        Figures.Print($"{name}_p50_ms", Figures.Percentile(took, 0.5), "ms");
        Figures.Print($"{name}_p99_ms", Figures.Percentile(took, 0.99), "ms");
    }

    private static async Task<double> TimeAsync(Func<Task> act)
    {
        var watch = Stopwatch.StartNew();
        await act();
        return watch.Elapsed.TotalMilliseconds;
    }
}
