-- ---------- TRUTH: never dropped by a rebuild ----------

-- Grows with every change of the segments that matching has to know. Who changes one holds advisory lock (3, 0)
-- exclusively, who commits matches holds it shared: so whoever commits after a segment was made has matched it too.
CREATE TABLE segment_catalogue (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    change bigint NOT NULL
);
INSERT INTO segment_catalogue (change) VALUES (0);

CREATE TABLE segment (
    number         integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,   -- what rows and locks name it by
    id             uuid NOT NULL UNIQUE,
    made_by        uuid NOT NULL,
    sport          smallint NOT NULL,
    name           text NOT NULL,
    line           bytea NOT NULL,                                     -- points without times, as the point codec has them
    bounds         box NOT NULL,                                       -- degrees: (east, north), (west, south)
    length_mm      bigint NOT NULL CHECK (length_mm > 0),
    climb_cm       bigint,                                             -- NULL: no heights
    descent_cm     bigint,
    max_grade      real,                                               -- percent
    time_zone      text NOT NULL,                                      -- whose days its efforts are counted by
    state          smallint NOT NULL,                                  -- 1 backfilling, 2 open
    hidden         boolean NOT NULL DEFAULT false,
    legends_off    boolean NOT NULL DEFAULT false,
    change         bigint NOT NULL,                                    -- of the catalogue, at its last change
    backfill_total integer,                                            -- NULL: its candidates are not listed yet
    backfill_done  integer NOT NULL DEFAULT 0,
    created_at     timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX segment_bounds ON segment USING gist (bounds) WHERE NOT hidden;
CREATE INDEX segment_change ON segment (change);
CREATE INDEX segment_backfill ON segment (number) WHERE state = 1;
CREATE INDEX segment_made_by ON segment (made_by, created_at);

-- Who has no row here counts everywhere. What it asks for holds for an effort when the effort's own standing says so.
CREATE TABLE athlete_standing (
    athlete_id uuid PRIMARY KEY,
    opted_out  boolean NOT NULL DEFAULT false,
    flagged    boolean NOT NULL DEFAULT false,
    reason     text,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Whom the world was last told to hold the title, and on which of the segment's days: once a segment and date.
CREATE TABLE legend_told (
    segment    integer PRIMARY KEY REFERENCES segment,
    date       date NOT NULL,
    athlete_id uuid,
    efforts    integer
);

-- ---------- DERIVED: from activities, tracks and segments ----------

-- Activities to be matched (again), set in the transaction that changed them.
CREATE SEQUENCE match_change;
CREATE TABLE match_mark (
    activity_id uuid PRIMARY KEY,
    change      bigint NOT NULL DEFAULT nextval('match_change'),
    tries       integer NOT NULL DEFAULT 0,
    not_before  timestamptz NOT NULL DEFAULT '-infinity'
);
CREATE INDEX match_mark_change ON match_mark (not_before, change);

-- Athletes whose standing is to be carried over to their efforts.
CREATE TABLE standing_mark (
    athlete_id uuid PRIMARY KEY,
    change     bigint NOT NULL DEFAULT nextval('match_change')
);

-- Tracks that were too long for a message, as Activity gave them.
CREATE TABLE fetched_track (
    activity_id uuid PRIMARY KEY,
    version     bigint NOT NULL,
    points      bytea NOT NULL
);

-- Where a public activity has been, for backfills.
CREATE TABLE track_cells (
    activity_id uuid PRIMARY KEY,
    sport       smallint NOT NULL,
    cells       integer[] NOT NULL
);
CREATE INDEX track_cells_cells ON track_cells USING gin (cells);

-- What a backfill has yet to look at.
CREATE TABLE backfill_item (
    segment     integer NOT NULL REFERENCES segment,
    activity_id uuid NOT NULL,
    PRIMARY KEY (segment, activity_id)
);

CREATE TABLE effort (
    segment     integer NOT NULL REFERENCES segment,
    activity_id uuid NOT NULL,
    started_at  timestamptz NOT NULL,
    athlete_id  uuid NOT NULL,
    elapsed_ms  integer NOT NULL CHECK (elapsed_ms > 0),
    local_date  date NOT NULL,                                         -- of the start, in the segment's time zone
    standing    smallint NOT NULL,                                     -- 0 nowhere, 1 fastest times, 2 legends too
    PRIMARY KEY (segment, activity_id, started_at)
);
CREATE INDEX effort_activity ON effort (activity_id);
CREATE INDEX effort_athlete ON effort (athlete_id, segment, local_date) INCLUDE (started_at, standing);
CREATE INDEX effort_day ON effort (segment, local_date) INCLUDE (athlete_id, started_at) WHERE standing = 2;

-- An athlete's fastest effort of a year of the segment's days; year 0: of all time.
CREATE TABLE best_effort (
    segment     integer NOT NULL REFERENCES segment,
    year        smallint NOT NULL,
    athlete_id  uuid NOT NULL,
    elapsed_ms  integer NOT NULL,
    started_at  timestamptz NOT NULL,
    activity_id uuid NOT NULL,
    PRIMARY KEY (segment, year, athlete_id)
);
CREATE INDEX best_effort_order ON best_effort (segment, year, elapsed_ms, started_at, athlete_id);

-- One row for each coming day: at midnight nothing has to run.
CREATE TABLE rolling_local_legend (
    segment    integer NOT NULL REFERENCES segment,
    date       date NOT NULL,
    athlete_id uuid NOT NULL,
    efforts    integer NOT NULL CHECK (efforts > 0),
    reached_at timestamptz NOT NULL,                                   -- start of the latest effort counted
    PRIMARY KEY (segment, date)
) WITH (fillfactor = 50);

-- Athletes by number of efforts, for each coming day; bin b holds the counts from 2^(b-1)+1 to 2^b.
CREATE TABLE legend_histogram (
    segment  integer NOT NULL REFERENCES segment,
    date     date NOT NULL,
    bin      smallint NOT NULL,
    athletes integer NOT NULL CHECK (athletes >= 0),
    PRIMARY KEY (segment, date, bin)
) WITH (fillfactor = 50);

-- A copy of what Athlete owns: the newest version of a pair.
CREATE TABLE friendship (
    athlete_a   uuid NOT NULL,
    athlete_b   uuid NOT NULL,
    version     bigint NOT NULL,
    are_friends boolean NOT NULL,
    PRIMARY KEY (athlete_a, athlete_b),
    CHECK (athlete_a < athlete_b)
);
CREATE INDEX friendship_from_b ON friendship (athlete_b, athlete_a) WHERE are_friends;
