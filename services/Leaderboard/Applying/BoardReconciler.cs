using System.Buffers.Binary;
using System.ComponentModel.DataAnnotations;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using Npgsql;
using Strava.Core.Applying;
using Strava.Core.Diagnostics;
using Strava.Leaderboards.Boards;
using Strava.Leaderboards.Stores;

namespace Strava.Leaderboards.Applying;

internal sealed class ReconcilerOptions
{
    public const string Section = "Reconciler";

    /// <summary>Between two samples; 0: none are taken.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan Every { get; set; } = TimeSpan.FromSeconds(1);
}

/// <summary>
/// Compares samples of the boards with the ledger for ever: athletes one after the other, all boards of each, and
/// members of boards wherever they came from. What differs is counted and set right. Nothing should differ: whatever
/// it finds, a bug or a hand in Redis has made.
/// </summary>
/// <remarks>
/// It runs between batches of the applier, under its term, so nothing else writes meanwhile. What the ledger says is
/// read before it is asked who has a mark: whoever has none then had nothing waiting, and is expected to be right.
/// </remarks>
internal sealed partial class BoardReconciler(
    NpgsqlDataSource database,
    BoardBatches batches,
    RedisBoards redis,
    TimeProvider time,
    IOptions<ReconcilerOptions> options,
    ILogger<BoardReconciler> log)
{
    private const int AthletesAStep = 20;
    private static readonly Counter<long> Compared = Measured.Meter.CreateCounter<long>(
        "strava.board.compared", "{entry}", "Entries of boards compared with the ledger");

    private static readonly Counter<long> Differences = Measured.Meter.CreateCounter<long>(
        "strava.board.differences", "{entry}", "Entries of boards that differed from the ledger and were set right");

    private long _after;
    private string _cursor = "0";
    private long _stepped;

    /// <summary>One step, when it is time for it.</summary>
    public Task StepIfDueAsync(FenceTerm term, CancellationToken cancellationToken)
    {
        if (options.Value.Every == TimeSpan.Zero || time.GetElapsedTime(_stepped) < options.Value.Every)
        {
            return Task.CompletedTask;
        }

        _stepped = time.GetTimestamp();
        return StepAsync(term, cancellationToken);
    }

    /// <returns>How many entries were set right.</returns>
    public async Task<int> StepAsync(FenceTerm term, CancellationToken cancellationToken)
    {
        var right = batches.RightOf(term);
        (_cursor, var members) = await redis.SampleAsync(_cursor, Random.Shared.NextDouble(), cancellationToken);
        var sampled =
            (from member in members
             where member.Member.Length == sizeof(long)
             let board = BoardKey.Parse(member.Key)
             where board is not null
             select (Board: board, Athlete: BinaryPrimitives.ReadInt64BigEndian(member.Member))).ToList();
        var athletes = await NextAsync(cancellationToken);
        var marks = sampled.Select(one => one.Athlete).Union(athletes)
            .Select(athlete => new Mark(athlete, Of: 0, DateOnly.MinValue, Version: 0)).ToList();
        var plan = await batches.PlanAsync(term, right, marks, cancellationToken);

        // The plan has every board that an athlete of it may lawfully be on; on others there is nobody.
        var planned = plan.Marks.Select(mark => mark.Athlete).ToHashSet();
        var expected = plan.Changes.Where(change => IsKept(change.Board))
            .ToDictionary(change => (change.Board.Scores, change.Athlete));
        foreach (var (board, athlete) in sampled.Where(one => IsKept(one.Board) && planned.Contains(one.Athlete)))
        {
            expected.TryAdd((board.Scores, athlete), new BoardChange(board, athlete, Score: 0));
        }

        BoardChange[] entries = [.. expected.Values];
        var found = await redis.ScoresAsync(entries, cancellationToken);
        var waiting = await WaitingAsync([.. marks.Select(mark => mark.Athlete)], cancellationToken);
        var wrong = entries.Where((entry, i) => found[i] != entry.Score && !waiting.Contains(entry.Athlete)).ToList();
        Compared.Add(entries.Length);
        if (wrong.Count > 0)
        {
            Differences.Add(wrong.Count);
            LogDifferences(log, wrong.Count, wrong[0].Board.Scores, wrong[0].Athlete, wrong[0].Score);
            await batches.WriteAsync(plan with { Changes = wrong }, cancellationToken);
        }

        return wrong.Count;
    }

    // A board at the very end of its time may be gone by Redis's clock.
    private bool IsKept(BoardKey board) =>
        board.Window.ExpiresAt(board.Period) is not { } expiry || expiry > time.GetUtcNow().AddMinutes(1);

    private async Task<List<long>> NextAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT number FROM athlete_number WHERE number > $1 ORDER BY number LIMIT $2");
        command.Parameters.Add(new() { Value = _after });
        command.Parameters.Add(new() { Value = AthletesAStep });
        var athletes = await ReadAsync(command, cancellationToken);
        _after = athletes.Count < AthletesAStep ? 0 : athletes[^1];
        return athletes;
    }

    private async Task<HashSet<long>> WaitingAsync(long[] athletes, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT athlete FROM board_dirty WHERE athlete = ANY($1)");
        command.Parameters.Add(new() { Value = athletes });
        return [.. await ReadAsync(command, cancellationToken)];
    }

    private static async Task<List<long>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var numbers = new List<long>();
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            numbers.Add(rows.GetInt64(0));
        }

        return numbers;
    }

    [LoggerMessage(
        5103,
        LogLevel.Warning,
        "{Count} entries of boards differed from the ledger and were set right; the first: {Board}, athlete {Athlete}, now {Score}")]
    private static partial void LogDifferences(ILogger log, int count, string board, long athlete, long score);
}
