-- The trace of the request that caused the message (W3C traceparent); NULL when it was not recorded.
ALTER TABLE outbox ADD COLUMN trace_parent text;
