-- The summary row of each activity: an inline projection, written in the transaction of its events. DERIVED from the stream.
CREATE TABLE activity (
    id           uuid PRIMARY KEY,
    athlete_id   uuid NOT NULL,
    version      bigint NOT NULL,
    sport        smallint NOT NULL,
    name         text NOT NULL,
    description  text NOT NULL DEFAULT '',
    visibility   smallint NOT NULL,
    state        smallint NOT NULL,
    deleted      boolean NOT NULL DEFAULT false,
    time_zone    text NULL,
    created_at   timestamptz NOT NULL,
    started_at   timestamptz NULL,
    completed_at timestamptz NULL,
    local_date   date NULL,
    distance_mm  bigint NOT NULL DEFAULT 0,
    total_ms     bigint NOT NULL DEFAULT 0,
    active_ms    bigint NOT NULL DEFAULT 0,
    moving_ms    bigint NOT NULL DEFAULT 0,
    gain_cm      bigint NOT NULL DEFAULT 0,
    loss_cm      bigint NOT NULL DEFAULT 0,
    point_count  int NOT NULL DEFAULT 0
);

-- The list of one athlete's saved activities, newest first, is a range of this index.
CREATE INDEX activity_list ON activity (athlete_id, started_at DESC, id DESC) WHERE state = 4 AND NOT deleted;

-- The running figures of an open activity, O(1) a chunk; gone when it is saved. statistics is NULL while points have come out
-- of order: the figures are then worked out from the points. DERIVED.
CREATE TABLE activity_progress (
    activity_id uuid PRIMARY KEY,
    state_log   jsonb NOT NULL,
    statistics  jsonb NULL
);

-- A chunk is stored once for ever: written in the transaction of its event. DERIVED.
CREATE TABLE route_chunk (
    activity_id  uuid NOT NULL,
    sequence     bigint NOT NULL,
    content_hash bytea NOT NULL,
    PRIMARY KEY (activity_id, sequence)
);

-- The same file again is the same activity. DERIVED (ActivityCreated names the file's hash).
CREATE TABLE imported_file (
    athlete_id  uuid NOT NULL,
    sha256      bytea NOT NULL,
    activity_id uuid NOT NULL,
    PRIMARY KEY (athlete_id, sha256)
);
CREATE INDEX imported_file_activity ON imported_file (activity_id);

-- Copies of what Athlete owns, version guarded: who may see what must not need another service. DERIVED.
CREATE TABLE athlete_copy (
    athlete_id uuid PRIMARY KEY,
    version    bigint NOT NULL,
    name       text NOT NULL,
    time_zone  text NULL
);

CREATE TABLE friendship_copy (
    athlete_a   uuid NOT NULL,
    athlete_b   uuid NOT NULL,
    version     bigint NOT NULL,
    are_friends boolean NOT NULL,
    PRIMARY KEY (athlete_a, athlete_b)
);
