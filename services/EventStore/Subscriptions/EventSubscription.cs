using Npgsql;
using Strava.Core.Diagnostics;
using Strava.Core.Leases;

namespace Strava.EventStore.Subscriptions;

/// <summary>
/// An exact, resumable reading of all events from a checkpoint: at least once, per stream in order, never skipping. One term
/// of ownership long; not thread safe.
/// </summary>
/// <remarks>
/// 1. Read what is visible above the highest number seen, and what has become visible in open gaps.
/// 2. Hand it on at once; nothing waits at a gap. (Order within a stream holds: version n + 1 can only be written after n has
///    been committed.)
/// 3. After the caller has dealt with it, move the checkpoint to just below the lowest open gap.
/// 4. A gap is dead when no transaction that began before it was seen is still open AND a re-read after that finds nothing.
/// </remarks>
public sealed class EventSubscription
{
    private const int BatchSize = 1_000;

    /// <summary>Open gaps at which reading ahead stops until some are closed: bounds the memory.</summary>
    private const int MaxOpenGaps = 50_000;

    private readonly NpgsqlDataSource _database;
    private readonly string _progressionName;
    private readonly LeaseTerm _term;
    private readonly GapTracker _tracker;
    private long _checkpoint;

    private EventSubscription(NpgsqlDataSource database, string progressionName, LeaseTerm term, long checkpoint)
    {
        _database = database;
        _progressionName = progressionName;
        _term = term;
        _checkpoint = checkpoint;
        _tracker = new GapTracker(checkpoint);
    }

    /// <summary>Every event up to this number has been dealt with, and is not read again.</summary>
    public long Checkpoint => _checkpoint;

    /// <summary>Resumes <paramref name="name"/> from its stored checkpoint, or from 0.</summary>
    public static async Task<EventSubscription> OpenAsync(
        NpgsqlDataSource database, string name, LeaseTerm term, CancellationToken cancellationToken)
    {
        var progressionName = $"{name}:All";
        await using var command = database.CreateCommand(
            """
            INSERT INTO mt_event_progression AS p (name, last_seq_id) VALUES ($1, 0)
            ON CONFLICT (name) DO UPDATE SET name = p.name RETURNING last_seq_id
            """);
        command.Parameters.Add(new() { Value = progressionName });
        var checkpoint = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        return new EventSubscription(database, progressionName, term, checkpoint);
    }

    /// <summary>Events that have become visible since the last call, headers only, in order of their number.</summary>
    /// <returns>Empty when there is nothing new.</returns>
    public async Task<IReadOnlyList<StoredEvent>> ReadAsync(CancellationToken cancellationToken)
    {
        if (_tracker.Gaps.Count > 0)
        {
            var late = await RereadGapsAsync(cancellationToken);
            if (late.Count > 0)
            {
                return late;
            }
        }

        return _tracker.Gaps.Count < MaxOpenGaps ? await ReadAheadAsync(cancellationToken) : [];
    }

    /// <summary>
    /// Everything read so far has been dealt with. Fenced: a former owner, or one whose previous position is not what is stored,
    /// moves nothing and learns it here.
    /// </summary>
    /// <exception cref="LeaseLostException">This term is over.</exception>
    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        var safe = _tracker.SafeCheckpoint;
        if (safe == _checkpoint)
        {
            return;
        }

        await using var command = _database.CreateCommand(
            """
            UPDATE mt_event_progression SET last_seq_id = $3, last_updated = now()
            WHERE name = $1 AND last_seq_id = $2
              AND EXISTS (SELECT 1 FROM lease WHERE name = $4 AND owner = $5 AND epoch = $6)
            """);
        command.Parameters.Add(new() { Value = _progressionName });
        command.Parameters.Add(new() { Value = _checkpoint });
        command.Parameters.Add(new() { Value = safe });
        command.Parameters.Add(new() { Value = _term.Name });
        command.Parameters.Add(new() { Value = _term.Owner });
        command.Parameters.Add(new() { Value = _term.Epoch });
        if (await command.ExecuteNonQueryAsync(cancellationToken) == 0)
        {
            throw new LeaseLostException(_term);
        }

        _checkpoint = safe;
    }

    private async Task<List<StoredEvent>> RereadGapsAsync(CancellationToken cancellationToken)
    {
        // The check comes first, so that the read is the re-read that follows it.
        var gaps = _tracker.Gaps.Take(BatchSize).ToArray();
        var (mayClose, oldest) = await OldestTransactionAsync(cancellationToken);
        var (read, isWhole) = await ReadAsync(
            new($"""
                SELECT e.seq_id, e.stream_id, e.version, e.type, e.timestamp
                FROM unnest($1, $2) AS gap (first, last) JOIN mt_events e ON e.seq_id BETWEEN gap.first AND gap.last
                ORDER BY e.seq_id LIMIT {BatchSize}
                """)
            {
                Parameters =
                {
                    new() { Value = Array.ConvertAll(gaps, gap => gap.First) },
                    new() { Value = Array.ConvertAll(gaps, gap => gap.Last) },
                },
            },
            cancellationToken);
        if (mayClose && isWhole)
        {
            _tracker.CloseDead(gaps, oldest);
        }

        return read;
    }

    private async Task<List<StoredEvent>> ReadAheadAsync(CancellationToken cancellationToken) =>
        (await ReadAsync(
            new(
                $"""
                SELECT seq_id, stream_id, version, type, timestamp
                FROM mt_events WHERE seq_id > $1 ORDER BY seq_id LIMIT {BatchSize}
                """)
            {
                Parameters = { new() { Value = _tracker.Highest } },
            },
            cancellationToken)).Events;

    /// <returns>The events not delivered before, and whether the query was not cut by its limit.</returns>
    private async Task<(List<StoredEvent> Events, bool IsWhole)> ReadAsync(
        NpgsqlBatchCommand query, CancellationToken cancellationToken)
    {
        // The clock is read after the rows: gaps that the rows show were drawn before that moment.
        await using var batch = _database.CreateBatch();
        batch.BatchCommands.Add(query);
        batch.BatchCommands.Add(new("SELECT clock_timestamp()"));

        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        var read = new List<StoredEvent>();
        while (await rows.ReadAsync(cancellationToken))
        {
            read.Add(new StoredEvent(rows.GetInt64(0), rows.GetGuid(1), rows.GetInt64(2), rows.GetString(3), Body: null)
            {
                StoredAt = rows.GetFieldValue<DateTimeOffset>(4),
            });
        }

        await rows.NextResultAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        var serverTime = rows.GetFieldValue<DateTimeOffset>(0);
        var isWhole = read.Count < BatchSize;
        // A tombstone of Marten's fills its number, and that is all.
        read.RemoveAll(e => !_tracker.Deliver(e.Sequence, serverTime) || e.Alias == EventTypes.Tombstone);
        Measured.OpenGaps.Record(_tracker.Gaps.Count, new KeyValuePair<string, object?>("subscription", _progressionName));
        return (read, isWhole);
    }

    /// <summary>Start of the oldest open transaction of this database, ours left out.</summary>
    /// <returns>MayClose is false when something that cannot be dated may still write: a prepared transaction, a hidden session.</returns>
    private async Task<(bool MayClose, DateTimeOffset? Oldest)> OldestTransactionAsync(CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand(
            """
            SELECT (SELECT min(xact_start) FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid()),
                   EXISTS (SELECT 1 FROM pg_prepared_xacts WHERE database = current_database())
                OR EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
                             AND backend_type = 'client backend' AND state IS NULL)
            """);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        var oldest = await rows.IsDBNullAsync(0, cancellationToken) ? (DateTimeOffset?)null : rows.GetFieldValue<DateTimeOffset>(0);
        return (!rows.GetBoolean(1), oldest);
    }
}
