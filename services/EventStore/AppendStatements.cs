namespace Strava.EventStore;

/// <summary>
/// The statements of <see cref="EventSession"/>. $1 stream, $2 number of events (of a start: the version before), then
/// ids, bodies, aliases, CLR names, the expected version, the trace.
/// </summary>
internal static class AppendStatements
{
    public const string Start =
        """
        INSERT INTO mt_events (seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type)
        SELECT nextval('mt_events_sequence'), e.id, $1, $2 + e.n, e.data, e.type, now(), e.dotnet_type
        FROM unnest($3, $4, $5, $6) WITH ORDINALITY AS e (id, data, type, dotnet_type, n)
        """;

    // The stream's row is moved on and locked in the statement that appends, and a number is drawn only after that:
    // writers queue at the row, and within a stream the global numbers stay in order. Where the row is not as expected
    // s is empty, the version comes out as NULL, and the column refuses it: the whole unit fails, nothing is half
    // written.
    private const string InsertAfter =
        """
        INSERT INTO mt_events (seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type)
        SELECT nextval('mt_events_sequence'), e.id, $1, s.version - $2 + e.n, e.data, e.type, now(), e.dotnet_type
        FROM (VALUES (1)) AS one LEFT JOIN s ON true
            CROSS JOIN unnest($3, $4, $5, $6) WITH ORDINALITY AS e (id, data, type, dotnet_type, n)
        """;

    // One event, the usual append: the same with scalars, without arrays to unpack.
    private const string InsertOneAfter =
        """
        INSERT INTO mt_events (seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type)
        SELECT nextval('mt_events_sequence'), $3, $1, s.version, $4, $5, now(), $6
        FROM (VALUES (1)) AS one LEFT JOIN s ON true
        """;

    private const string Next =
        """
        s AS (UPDATE mt_streams SET version = version + $2, timestamp = now()
              WHERE id = $1 AND is_archived IS NOT TRUE RETURNING version)
        """;

    private const string NextOfExpected =
        """
        s AS (UPDATE mt_streams SET version = version + $2, timestamp = now()
              WHERE id = $1 AND version = $7 AND is_archived IS NOT TRUE RETURNING version)
        """;

    public const string StartTraced = $"WITH e AS ({Start} {KeepTrace}, $7 FROM e";
    public const string AppendAfterAny = $"WITH {Next} {InsertAfter}";
    public const string AppendAfterAnyTraced = $"WITH {Next}, e AS ({InsertAfter} {KeepTrace}, $7 FROM e";
    public const string AppendAfterExpected = $"WITH {NextOfExpected} {InsertAfter}";
    public const string AppendAfterExpectedTraced = $"WITH {NextOfExpected}, e AS ({InsertAfter} {KeepTrace}, $8 FROM e";
    public const string AppendOneAfterAny = $"WITH {Next} {InsertOneAfter}";
    public const string AppendOneAfterExpected = $"WITH {NextOfExpected} {InsertOneAfter}";
    private const string KeepTrace = "RETURNING seq_id) INSERT INTO event_trace (seq_id, trace_parent) SELECT seq_id";
}
