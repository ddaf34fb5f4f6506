-- The layout that Marten 9 creates and expects (guid streams, single tenancy, no optional metadata): tables, columns, names
-- and types to the letter, so that Marten opens this database with AutoCreate.None. What is ours lives in tables of our own.
CREATE TABLE mt_streams (
    id          uuid NOT NULL CONSTRAINT pkey_mt_streams_id PRIMARY KEY,
    type        varchar NULL,
    version     bigint NULL,
    timestamp   timestamptz NOT NULL DEFAULT now(),
    created     timestamptz NOT NULL DEFAULT now(),
    tenant_id   varchar NULL DEFAULT '*DEFAULT*',
    is_archived boolean NULL DEFAULT false
);

CREATE SEQUENCE mt_events_sequence;

CREATE TABLE mt_events (
    seq_id         bigint NOT NULL CONSTRAINT pkey_mt_events_seq_id PRIMARY KEY,
    id             uuid NOT NULL,
    stream_id      uuid NULL CONSTRAINT fkey_mt_events_stream_id REFERENCES mt_streams (id) ON DELETE CASCADE,
    version        bigint NOT NULL,
    data           jsonb NOT NULL,
    bdata          bytea NULL,
    type           varchar(500) NOT NULL,
    timestamp      timestamptz NOT NULL DEFAULT '(now())',
    tenant_id      varchar NULL DEFAULT '*DEFAULT*',
    mt_dotnet_type varchar NULL,
    is_archived    boolean NULL DEFAULT false
);

CREATE UNIQUE INDEX pk_mt_events_stream_and_version ON mt_events (stream_id, version);
ALTER SEQUENCE mt_events_sequence OWNED BY mt_events.seq_id;

CREATE TABLE mt_event_progression (
    name         varchar NOT NULL CONSTRAINT pk_mt_event_progression PRIMARY KEY,
    last_seq_id  bigint NULL,
    last_updated timestamptz NULL DEFAULT transaction_timestamp()
);

CREATE TABLE mt_high_water_skips (
    ending_sequence   bigint NOT NULL PRIMARY KEY,
    starting_sequence bigint NOT NULL,
    timestamp         timestamptz NULL DEFAULT transaction_timestamp()
);
