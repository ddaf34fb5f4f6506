-- One row an activity, of any visibility; a deleted one stays as a tombstone (its version refuses what comes late).
CREATE TABLE activity (
    activity_id uuid PRIMARY KEY,
    athlete_id  uuid NOT NULL,
    version     bigint NOT NULL,
    deleted     boolean NOT NULL,
    sport       smallint,
    visibility  smallint,
    started_at  timestamptz,
    local_date  date,
    CHECK (deleted OR num_nulls(sport, visibility, started_at, local_date) = 0)
);
CREATE INDEX activity_athlete ON activity (athlete_id, started_at);

-- Tracks of activities that EVERYONE may see. Points are as the message has them; NULL: too long for a message, to be
-- fetched.
CREATE TABLE activity_track (
    activity_id uuid PRIMARY KEY,
    athlete_id  uuid NOT NULL,
    version     bigint NOT NULL,
    sport       smallint NOT NULL,
    points      bytea
);

CREATE TABLE athlete_profile (
    athlete_id uuid PRIMARY KEY,
    version    bigint NOT NULL,
    name       text NOT NULL,
    country    text,
    region     text,
    city       text,
    time_zone  text
);
