-- TRUTH. A row is changed only under its own lock, in the transaction that also writes its message to the outbox: the lock is
-- taken before the message gets its number, so that messages of one key leave in the order of their versions.

CREATE TABLE profile (
    athlete_id         uuid PRIMARY KEY,
    -- 0 only inside the transaction that makes the row.
    version            bigint NOT NULL,
    name               text NOT NULL,
    country            text,
    region             text,
    city               text,
    time_zone          text,
    units              smallint NOT NULL,
    default_visibility smallint NOT NULL
);

-- One row a pair, athlete_a < athlete_b. Both have asked = friends; one has = a request; none has = ended. Rows stay: their
-- version must go on growing, or consumers would ignore a friendship that is made again.
CREATE TABLE friendship (
    athlete_a uuid NOT NULL,
    athlete_b uuid NOT NULL,
    version   bigint NOT NULL,
    a_asked   boolean NOT NULL,
    b_asked   boolean NOT NULL,
    PRIMARY KEY (athlete_a, athlete_b),
    CHECK (athlete_a < athlete_b)
);

CREATE INDEX friendship_by_b ON friendship (athlete_b);
