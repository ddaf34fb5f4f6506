-- The trace of the request that wrote an event (W3C traceparent), beside Marten's tables: theirs stay as they are. Only of
-- recorded traces, and only until the event has been published.
CREATE TABLE event_trace (
    seq_id       bigint PRIMARY KEY,
    trace_parent text NOT NULL
);
