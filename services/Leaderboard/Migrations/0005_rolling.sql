-- Rolling windows (24h, 7d, 30d): up to when what enters and leaves them has been marked. One row, moved by the
-- applier alone.
CREATE TABLE board_rolling (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    at       timestamptz NOT NULL DEFAULT now()
);
INSERT INTO board_rolling DEFAULT VALUES;

-- The ledger is the queue of what enters and leaves. A mark of it has the sport negated, and the window's days after
-- 1970-01-01 for its day: no message makes such a mark. Boards worked out on demand read their range of it.
CREATE INDEX ledger_rolling ON ledger (started_at) INCLUDE (athlete, sport, local_date, distance_mm) WHERE counts;

-- Totals of a rolling window are a range of this too: a start lies within a day of its local date.
DROP INDEX ledger_totals;
CREATE INDEX ledger_totals ON ledger (athlete, sport, local_date) INCLUDE (distance_mm, started_at) WHERE counts;

-- Athletes taken off all boards by an operator, until it is taken back. Not in the streams: kept by rebuilds.
CREATE TABLE athlete_flag (
    athlete bigint PRIMARY KEY REFERENCES athlete_number,
    reason  text NOT NULL,
    since   timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Who may have lived in a place, for boards worked out on demand.
CREATE INDEX athlete_place_country ON athlete_place (upper(country COLLATE "C"));
CREATE INDEX athlete_place_region ON athlete_place (upper(region COLLATE "C"));
CREATE INDEX athlete_place_city ON athlete_place (city);
