-- All of it is DERIVED: copies of what messages said, each guarded by the version of what it copies.
-- A row is written only by a newer version, so that any order and any repetition of messages ends in the same tables.

CREATE TABLE activity (
    activity_id                uuid PRIMARY KEY,
    athlete_id                 uuid NOT NULL,
    version                    bigint NOT NULL,
    -- A tombstone: kept, without its figures, so that a late older message cannot bring the activity back.
    deleted                    boolean NOT NULL,
    sport                      smallint,
    name                       text,
    visibility                 smallint,
    started_at                 timestamptz,
    distance_millimeters       bigint,
    active_milliseconds        bigint,
    moving_milliseconds        bigint,
    elevation_gain_centimeters bigint,
    CHECK (deleted = (num_nonnulls(
        sport, name, visibility, started_at, distance_millimeters,
        active_milliseconds, moving_milliseconds, elevation_gain_centimeters) = 0)),
    CHECK (deleted OR num_nulls(
        sport, name, visibility, started_at, distance_millimeters,
        active_milliseconds, moving_milliseconds, elevation_gain_centimeters) = 0)
);

-- What friends may see, newest first. Only the two words that say so are in it: an unknown visibility is hidden.
CREATE INDEX activity_seen_by_friends ON activity (athlete_id, started_at DESC, activity_id DESC)
    WHERE NOT deleted AND visibility IN (1, 2);

CREATE TABLE athlete (
    athlete_id uuid PRIMARY KEY,
    version    bigint NOT NULL,
    name       text NOT NULL
);

-- One row a pair, athlete_a < athlete_b. Ended ones stay, with their version, as tombstones do.
CREATE TABLE friendship (
    athlete_a   uuid NOT NULL,
    athlete_b   uuid NOT NULL,
    version     bigint NOT NULL,
    are_friends boolean NOT NULL,
    PRIMARY KEY (athlete_a, athlete_b),
    CHECK (athlete_a < athlete_b)
);

-- Friends come out in the order of their ids, so that the probes for their newest activities walk one way through that index.
CREATE INDEX friendship_from_a ON friendship (athlete_a, athlete_b) WHERE are_friends;
CREATE INDEX friendship_from_b ON friendship (athlete_b, athlete_a) WHERE are_friends;
