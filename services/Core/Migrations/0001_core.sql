-- One row a leased duty. The epoch grows with each change of owner and fences the writes of an owner that lost it unnoticed.
CREATE TABLE lease (
    name       text PRIMARY KEY,
    owner      uuid NOT NULL,
    epoch      bigint NOT NULL,
    expires_at timestamptz NOT NULL
);

-- Messages that wait for the broker's confirm; written in the transaction that caused them, removed after the confirm.
CREATE TABLE outbox (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Messages with the same key leave in the order of their ids.
    key        uuid NOT NULL,
    type       text NOT NULL,
    body       jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
