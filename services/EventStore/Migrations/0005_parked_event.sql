-- Events that the relay could not read, written by a newer build: their streams wait as a whole, the others go on. A row goes when
-- a build that can read the stream has published it. Of each type of a stream the first is noted.
CREATE TABLE parked_event (
    seq_id    bigint PRIMARY KEY,
    stream_id uuid NOT NULL,
    type      varchar(500) NOT NULL,
    seen_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX parked_event_stream ON parked_event (stream_id);
