-- The 8-byte name of an athlete in Redis. Never reused, never renumbered: sets in Redis are written by it.
CREATE TABLE athlete_number (
    number     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    athlete_id uuid NOT NULL UNIQUE
);

-- The newest profile that has come.
CREATE TABLE athlete_profile (
    athlete   bigint PRIMARY KEY REFERENCES athlete_number,
    version   bigint NOT NULL,
    name      text NOT NULL,
    country   text,
    region    text,
    city      text,
    time_zone text
);

-- Where an athlete lived since when. Profile messages carry no time, so this cannot be worked out again: it is kept by
-- rebuilds.
CREATE TABLE athlete_place (
    athlete bigint NOT NULL REFERENCES athlete_number,
    version bigint NOT NULL,
    since   timestamptz NOT NULL,
    country text,
    region  text,
    city    text,
    PRIMARY KEY (athlete, version)
);

-- One row an activity, of any visibility; a deleted one stays as a tombstone (its version refuses what comes late).
CREATE TABLE ledger (
    activity_id       uuid PRIMARY KEY,
    athlete           bigint NOT NULL REFERENCES athlete_number,
    version           bigint NOT NULL,
    deleted           boolean NOT NULL,
    sport             smallint,
    visibility        smallint,
    started_at        timestamptz,
    local_date        date,
    distance_mm       bigint,
    active_ms         bigint,
    moving_ms         bigint,
    elevation_gain_cm bigint,
    -- Counts on place boards: visible to EVERYONE and not deleted.
    counts            boolean NOT NULL GENERATED ALWAYS AS (NOT deleted AND coalesce(visibility = 1, false)) STORED,
    CHECK (deleted OR num_nulls(sport, visibility, started_at, local_date, distance_mm) = 0)
);

-- An athlete's totals are an index-only range of this.
CREATE INDEX ledger_totals ON ledger (athlete, sport, local_date) INCLUDE (distance_mm) WHERE counts;

-- Every change of a mark takes a new version, so that the applier removes only what it has seen.
CREATE SEQUENCE board_mark;

-- (athlete, sport, day): every board that holds that day is to be set again. Sport 0 and day -infinity: every board of
-- the athlete.
CREATE TABLE board_dirty (
    athlete   bigint NOT NULL,
    sport     smallint NOT NULL,
    day       date NOT NULL,
    version   bigint NOT NULL DEFAULT nextval('board_mark'),
    -- The oldest change that this mark stands for.
    marked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- Set again because Redis has lost it: readers are told "stale" until these are gone.
    refill    boolean NOT NULL DEFAULT false,
    partition smallint NOT NULL GENERATED ALWAYS AS ((athlete % 16)::smallint) STORED,
    PRIMARY KEY (athlete, sport, day)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
CREATE INDEX board_dirty_order ON board_dirty (marked_at);
CREATE INDEX board_dirty_refill ON board_dirty (refill) WHERE refill;

-- What was applied lately, for the day when Redis comes back without its last seconds.
CREATE TABLE board_applied (
    athlete    bigint NOT NULL,
    sport      smallint NOT NULL,
    day        date NOT NULL,
    applied_at timestamptz NOT NULL,
    PRIMARY KEY (athlete, sport, day)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
CREATE INDEX board_applied_order ON board_applied (applied_at);

-- Who may write a partition's scores: only the term that claimed it last.
CREATE SEQUENCE board_term;
CREATE TABLE board_partition (
    partition smallint PRIMARY KEY,
    term      bigint NOT NULL DEFAULT 0
);
INSERT INTO board_partition (partition) SELECT generate_series(0, 15);

-- The Redis that we last wrote to. One row.
CREATE TABLE board_store (
    only_row      boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    generation    uuid NOT NULL DEFAULT gen_random_uuid(),
    run_id        text NOT NULL DEFAULT '',
    -- board_applied is complete from here on.
    applied_since timestamptz NOT NULL DEFAULT now()
);
INSERT INTO board_store DEFAULT VALUES;
