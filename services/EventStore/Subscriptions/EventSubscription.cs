using System.Diagnostics;
using Npgsql;
using Strava.Core.Diagnostics;
using Strava.Core.Leases;

namespace Strava.EventStore.Subscriptions;

/// <summary>
/// An exact, resumable reading of all events from a checkpoint: at least once, per stream in order, never skipping. One
/// term of ownership long; not thread safe.
/// </summary>
/// <remarks>
/// 1. Read what is visible above the highest number seen, and after that what has become visible in open gaps.
/// 2. Hand it on at once; nothing waits at a gap. (Order within a stream holds: version n + 1 can only be written after
/// n has
///    been committed.)
/// 3. After the caller has dealt with it, move the checkpoint to just below the lowest open gap.
/// 4. A gap is dead when no transaction that began before it was seen is still open AND a re-read after that finds
/// nothing.
/// </remarks>
public sealed class EventSubscription
{
    private const int BatchSize = 1_000;

    // Start of the oldest open transaction of this database, ours left out.
    private const string OldestTransaction =
        """
        SELECT (SELECT min(xact_start) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()),
               EXISTS (SELECT 1 FROM pg_prepared_xacts WHERE database = current_database())
            OR EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
                         AND backend_type = 'client backend' AND state IS NULL)
        """;

    /// <summary>Open gaps at which reading ahead stops until some are closed: bounds the memory.</summary>
    private const int MaxOpenGaps = 50_000;

    /// <summary>
    /// While there is something to read the checkpoint is stored only so often: a crash repeats no more than that.
    /// </summary>
    private static readonly TimeSpan PersistInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// A dead gap holds back the checkpoint, no event: there is no hurry, and asking costs a look at every session.
    /// </summary>
    private static readonly TimeSpan DeadInterval = TimeSpan.FromMilliseconds(50);

    private readonly NpgsqlDataSource _database;
    private readonly string _progressionName;
    private readonly LeaseTerm _term;
    private readonly EventTypes? _bodies;
    private readonly string _columns;
    private readonly GapTracker _tracker;
    private long _checkpoint;
    private long _persistedAt;

    // While it catches up, the next page is on its way when the caller deals with this one.
    private Task<List<StoredEvent>>? _nextPage;
    private bool _isCaughtUp;
    private long _askedForTheDeadAt;

    private EventSubscription(
        NpgsqlDataSource database, string progressionName, LeaseTerm term, EventTypes? bodies, long checkpoint)
    {
        _database = database;
        _progressionName = progressionName;
        _term = term;
        _bodies = bodies;
        _columns = "e.seq_id, e.stream_id, e.version, e.type, e.timestamp" + (bodies is null ? "" : ", e.data");
        _checkpoint = checkpoint;
        _tracker = new GapTracker(checkpoint);
    }

    /// <summary>Every event up to this number has been dealt with, and is not read again.</summary>
    public long Checkpoint => _checkpoint;

    /// <summary>Ranges of numbers below the highest seen that may still be filled.</summary>
    public int OpenGaps => _tracker.Gaps.Count;

    /// <summary>Resumes <paramref name="name"/> from its stored checkpoint, or from 0.</summary>
    /// <param name="database">The streams.</param>
    /// <param name="name">One progression a name.</param>
    /// <param name="term">Fences the checkpoint.</param>
    /// <param name="cancellationToken">Of the call.</param>
    /// <param name="bodies">Decodes the bodies too; <c>null</c>: headers alone, a fifth of the work.</param>
    public static async Task<EventSubscription> OpenAsync(
        NpgsqlDataSource database, string name, LeaseTerm term, CancellationToken cancellationToken, EventTypes? bodies = null)
    {
        var progressionName = $"{name}:All";
        await using var command = database.CreateCommand(
            """
            INSERT INTO mt_event_progression AS p (name, last_seq_id) VALUES ($1, 0)
            ON CONFLICT (name) DO UPDATE SET name = p.name RETURNING last_seq_id
            """);
        command.Parameters.Add(new() { Value = progressionName });
        var checkpoint = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        return new EventSubscription(database, progressionName, term, bodies, checkpoint);
    }

    /// <summary>Events that have become visible since the last call, in order of their number.</summary>
    /// <returns>Empty when there is nothing new.</returns>
    public async Task<IReadOnlyList<StoredEvent>> ReadAsync(CancellationToken cancellationToken)
    {
        var gaps = _tracker.Gaps.Take(BatchSize).ToArray();
        if (gaps.Length == 0)
        {
            return await ReadAheadAsync(cancellationToken);
        }

        // The page first, then what has come into the gaps: version n + 1 in the page means that the later look finds
        // n, if n lies in a gap. The other way round n could commit between the two, and be handed on after n + 1.
        await using var batch = _database.CreateBatch();
        var asksForTheDead = Stopwatch.GetElapsedTime(_askedForTheDeadAt) > DeadInterval;
        if (asksForTheDead)
        {
            // Before the look into the gaps, which so is the re-read that follows it.
            batch.BatchCommands.Add(new(OldestTransaction));
            _askedForTheDeadAt = Stopwatch.GetTimestamp();
        }

        var fetched = _nextPage is { } next ? await next : null;
        var readsPage = fetched is null && _tracker.Gaps.Count < MaxOpenGaps;
        if (readsPage)
        {
            batch.BatchCommands.Add(PageAfter(_tracker.Highest));
        }

        batch.BatchCommands.Add(new($"""
            SELECT {_columns}
            FROM unnest($1, $2) AS gap (first, last)
            CROSS JOIN LATERAL (
                SELECT * FROM mt_events WHERE seq_id BETWEEN gap.first AND gap.last ORDER BY seq_id LIMIT {BatchSize}) e
            ORDER BY e.seq_id LIMIT {BatchSize}
            """)
        {
            Parameters =
            {
                new() { Value = Array.ConvertAll(gaps, gap => gap.First) },
                new() { Value = Array.ConvertAll(gaps, gap => gap.Last) },
            },
        });
        batch.BatchCommands.Add(new("SELECT clock_timestamp()"));

        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        var (mayClose, oldest) = asksForTheDead ? await ReadOldestAsync(rows, cancellationToken) : (false, null);
        var page = readsPage ? await ReadRowsAsync(rows, cancellationToken) : fetched ?? [];
        var late = await ReadRowsAsync(rows, cancellationToken);
        await rows.ReadAsync(cancellationToken);
        var serverTime = rows.GetFieldValue<DateTimeOffset>(0);

        var isWhole = late.Count < BatchSize;
        Deliver(late, serverTime);
        if (mayClose && isWhole)
        {
            _tracker.CloseDead(gaps, oldest);
        }

        if (!isWhole)
        {
            // More lies in the gaps: the page has to wait, and is read again after them.
            _nextPage = null;
            return late;
        }

        Turn(page, cancellationToken);
        Deliver(page, serverTime);
        late.AddRange(page);
        _isCaughtUp = late.Count == 0;
        return late;
    }

    /// <summary>
    /// Everything read so far has been dealt with. Stored at once when caught up. Fenced: a former owner, or one whose
    /// previous position is not what is stored, moves nothing and learns it here.
    /// </summary>
    /// <exception cref="LeaseLostException">This term is over.</exception>
    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        var safe = _tracker.SafeCheckpoint;
        if (safe == _checkpoint || (!_isCaughtUp && Stopwatch.GetElapsedTime(_persistedAt) < PersistInterval))
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
        _persistedAt = Stopwatch.GetTimestamp();
    }

    private async Task<List<StoredEvent>> ReadAheadAsync(CancellationToken cancellationToken)
    {
        var page = await (_nextPage ?? ReadPageAsync(_tracker.Highest, cancellationToken));
        Turn(page, cancellationToken);

        // The clock is read after the rows: gaps that the rows show were drawn before that moment. Without one it is
        // not asked.
        var showsGap = page.Count > 0 && page[^1].Sequence - _tracker.Highest > page.Count;
        Deliver(page, showsGap ? await ServerTimeAsync(cancellationToken) : default);
        _isCaughtUp = page.Count == 0;
        return page;
    }

    /// <summary>A full page means that there is more: it is fetched while the caller deals with this one.</summary>
    private void Turn(List<StoredEvent> page, CancellationToken cancellationToken) =>
        _nextPage = page.Count == BatchSize ? ReadPageAsync(page[^1].Sequence, cancellationToken) : null;

    private async Task<List<StoredEvent>> ReadPageAsync(long after, CancellationToken cancellationToken)
    {
        await using var batch = _database.CreateBatch();
        batch.BatchCommands.Add(PageAfter(after));
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        return await ReadRowsAsync(rows, cancellationToken);
    }

    private NpgsqlBatchCommand PageAfter(long sequence) =>
        new($"SELECT {_columns} FROM mt_events e WHERE e.seq_id > $1 ORDER BY e.seq_id LIMIT {BatchSize}")
        {
            Parameters = { new NpgsqlParameter<long> { TypedValue = sequence } },
        };

    /// <summary>One result to its end; the reader then stands at the next.</summary>
    private async Task<List<StoredEvent>> ReadRowsAsync(NpgsqlDataReader rows, CancellationToken cancellationToken)
    {
        var read = new List<StoredEvent>();
        while (await rows.ReadAsync(cancellationToken))
        {
            var alias = rows.GetString(3);
            var body = alias == EventTypes.Tombstone ? null : _bodies?.Read(alias, rows.GetFieldValue<byte[]>(5));
            read.Add(new StoredEvent(rows.GetInt64(0), rows.GetGuid(1), rows.GetInt64(2), alias, body)
            {
                StoredAt = rows.GetFieldValue<DateTimeOffset>(4),
            });
        }

        await rows.NextResultAsync(cancellationToken);
        return read;
    }

    /// <summary>Notes what was read, and leaves in the list what has not been delivered before.</summary>
    private void Deliver(List<StoredEvent> read, DateTimeOffset serverTime)
    {
        // A tombstone of Marten's fills its number, and that is all.
        read.RemoveAll(e => !_tracker.Deliver(e.Sequence, serverTime) || e.Alias == EventTypes.Tombstone);
        Measured.OpenGaps.Record(_tracker.Gaps.Count, new KeyValuePair<string, object?>("subscription", _progressionName));
    }

    private async Task<DateTimeOffset> ServerTimeAsync(CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand("SELECT clock_timestamp()");
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        return rows.GetFieldValue<DateTimeOffset>(0);
    }

    /// <returns>MayClose is false when something that cannot be dated may still write: a prepared transaction, a hidden
    /// session.</returns>
    private static async Task<(bool MayClose, DateTimeOffset? Oldest)> ReadOldestAsync(
        NpgsqlDataReader rows, CancellationToken cancellationToken)
    {
        await rows.ReadAsync(cancellationToken);
        var oldest = await rows.IsDBNullAsync(0, cancellationToken) ? (DateTimeOffset?)null : rows.GetFieldValue<DateTimeOffset>(0);
        var mayClose = !rows.GetBoolean(1);
        await rows.NextResultAsync(cancellationToken);
        return (mayClose, oldest);
    }
}
