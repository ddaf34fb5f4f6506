using System.Diagnostics;
using Npgsql;

namespace Strava.Oracle;

/// <summary>
/// Works everything out once more from the event streams and the memberships, single threaded and with code of its own,
/// and
/// compares: summaries, lists, boards in Redis and by the API, efforts and legends, and who may see what.
/// </summary>
public sealed class Checker(Targets targets, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Waits until all is still, then compares. What differs is compared again until it is equal or the time is up: a
    /// consumer may
    /// hold a message that no queue shows. Each comparison reads the truth anew.
    /// </summary>
    /// <param name="patience">Bounds both together.</param>
    public async Task<Comparison> CheckAsync(TimeSpan patience)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var isLast = watch.Elapsed >= patience;
            var comparison = await CompareOnceAsync(isLast);
            if (comparison.Holds || isLast)
            {
                return comparison;
            }

            await Task.Delay(Pause);
        }
    }

    private async Task<Comparison> CompareOnceAsync(bool isLast)
    {
        var comparison = new Comparison();
        try
        {
            var pending = await Stillness.PendingAsync(targets);
            foreach (var what in pending)
            {
                comparison.Differ($"Not still: {what}.");
            }

            // While messages travel a comparison could only find what the next one finds again.
            if (pending.Count == 0 || isLast)
            {
                await CompareAllAsync(comparison);
            }
        }
        catch (Exception trouble)
        {
            comparison.Differ($"The check could not be finished: {trouble.GetType().Name}: {trouble.Message}");
        }

        return comparison;
    }

    private async Task CompareAllAsync(Comparison comparison)
    {
        await using var activity = await OpenAsync("activity");
        await using var athlete = await OpenAsync("athlete");
        await using var leaderboard = await OpenAsync("leaderboard");
        await using var feed = await OpenAsync("feed");
        await using var legend = await OpenAsync("locallegend");
        var truth = new Truth(
            await Memberships.ReadAthletesAsync(athlete),
            await Memberships.ReadFriendsAsync(athlete),
            await Streams.ReadAsync(activity, comparison));

        FigureCheck.Run(truth, comparison);
        await SummaryCheck.RunAsync(activity, truth, comparison);
        await CopiesCheck.RunAsync(feed, legend, truth, comparison);
        using var door = new Door(targets);
        await FeedCheck.RunAsync(door, truth, comparison);
        var boards = await BoardCheck.RunAsync(leaderboard, targets.Redis, truth, time.GetUtcNow(), comparison);
        await BoardAnswerCheck.RunAsync(door, boards, truth, comparison);
        var clubs = await ClubCheck.RunAsync(leaderboard, targets.Redis, truth, time.GetUtcNow(), comparison);
        await ClubAnswerCheck.RunAsync(door, clubs, truth, comparison);
        await ChallengeCheck.RunAsync(leaderboard, door, truth, comparison);
        await LegendCheck.RunAsync(legend, door, truth, time.GetUtcNow(), comparison);
        await VisibilityCheck.RunAsync(door, truth, comparison);
        await Stillness.CheckParkedAsync(targets.Broker, comparison);
    }

    private async Task<NpgsqlConnection> OpenAsync(string service)
    {
        var connection = new NpgsqlConnection(targets.Databases[service]);
        await connection.OpenAsync();
        return connection;
    }
}
