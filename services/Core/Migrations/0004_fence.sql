-- Who may write a partition of what a duty keeps up outside of this database: only the term that claimed it last. Terms only grow.
CREATE SEQUENCE fence_term;
CREATE TABLE fence (
    duty      text NOT NULL,
    partition smallint NOT NULL,
    term      bigint NOT NULL,
    PRIMARY KEY (duty, partition)
);
