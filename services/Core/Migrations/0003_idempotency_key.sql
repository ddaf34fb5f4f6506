-- Answers to writes that came with an Idempotency-Key: stored in the transaction of the effect, kept for a week.
CREATE TABLE idempotency_key (
    athlete_id  uuid NOT NULL,
    -- Method and path: the same key at another address is another one.
    route       text NOT NULL,
    key         text NOT NULL,
    -- SHA-256 of what was asked.
    fingerprint bytea NOT NULL,
    status      smallint NOT NULL,
    location    text,
    etag        text,
    -- The very JSON that was sent; NULL for an answer without a body.
    body        text,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (athlete_id, route, key)
);
-- The oldest, which go first.
CREATE INDEX idempotency_key_created_at ON idempotency_key (created_at);
