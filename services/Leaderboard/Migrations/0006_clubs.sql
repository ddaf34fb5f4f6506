-- Clubs and who is in them: facts of their own, told by no message, kept by rebuilds.
CREATE TABLE club (
    -- In Redis's keys.
    number  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id      uuid NOT NULL UNIQUE,
    name    text NOT NULL,
    -- The name as it is looked for: lower case, single blanks. By bytes, so that an index finds its beginning.
    folded  text COLLATE "C" NOT NULL,
    sport   smallint NOT NULL,
    made_by bigint NOT NULL REFERENCES athlete_number,
    made_at timestamptz NOT NULL
);
CREATE INDEX club_by_name ON club (folded, id);
CREATE INDEX club_by_maker ON club (made_by);

-- Who has left keeps the row: its version goes on. No reference to club: a club is never deleted, and two million
-- joiners would all lock its row.
CREATE TABLE club_member (
    athlete    bigint NOT NULL REFERENCES athlete_number,
    club       bigint NOT NULL,
    -- Grows with each joining and each leaving.
    version    bigint NOT NULL,
    joined     boolean NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (athlete, club)
);
CREATE INDEX club_member_of ON club_member (club, athlete) WHERE joined;

-- How many members, in the transaction that changes it. Sixteen rows a club, dealt by athlete: sixteen joiners at once
-- wait for nobody, and who asks adds sixteen numbers up.
CREATE TABLE club_count (
    club    bigint NOT NULL,
    stripe  smallint NOT NULL,
    members bigint NOT NULL,
    PRIMARY KEY (club, stripe)
) WITH (fillfactor = 50);

-- What the boards of clubs may not show yet. Club 0: all of the athlete's; week -infinity: all that are kept. Else as
-- board_dirty.
CREATE TABLE club_dirty (
    athlete   bigint NOT NULL,
    club      bigint NOT NULL,
    week      date NOT NULL,
    version   bigint NOT NULL DEFAULT nextval('board_mark'),
    marked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    refill    boolean NOT NULL DEFAULT false,
    partition smallint NOT NULL GENERATED ALWAYS AS ((athlete % 16)::smallint) STORED,
    PRIMARY KEY (athlete, club, week)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
CREATE INDEX club_dirty_order ON club_dirty (marked_at);
CREATE INDEX club_dirty_refill ON club_dirty (refill) WHERE refill;

-- As board_applied.
CREATE TABLE club_applied (
    athlete    bigint NOT NULL,
    club       bigint NOT NULL,
    week       date NOT NULL,
    applied_at timestamptz NOT NULL,
    PRIMARY KEY (athlete, club, week)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
CREATE INDEX club_applied_order ON club_applied (applied_at);

-- As board_store. One row.
CREATE TABLE club_store (
    only_row      boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    generation    uuid NOT NULL DEFAULT gen_random_uuid(),
    run_id        text NOT NULL DEFAULT '',
    applied_since timestamptz NOT NULL DEFAULT now(),
    layout        integer NOT NULL DEFAULT 0,
    -- For whom the boards were written: the launch switch's fingerprint. "off": marks have been thrown away since.
    filled_by     text NOT NULL DEFAULT 'off'
);
INSERT INTO club_store DEFAULT VALUES;

-- Whatever changes the ledger marks here, in the same statement: messages, corrections, removals. A filled copy that
-- was swapped in has the trigger from then on. Weeks that are long gone have no boards.
CREATE FUNCTION club_mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO public.club_dirty (athlete, club, week)
        SELECT DISTINCT athlete, 0, local_date - (extract(isodow FROM local_date)::int - 1) FROM written w
        WHERE counts AND local_date > current_date - 30
            AND EXISTS (SELECT FROM public.club_member m WHERE m.athlete = w.athlete AND m.joined)
        ORDER BY 1, 3
        ON CONFLICT (athlete, club, week) DO UPDATE SET version = EXCLUDED.version;
    ELSE
        INSERT INTO public.club_dirty (athlete, club, week)
        SELECT DISTINCT athlete, 0, local_date - (extract(isodow FROM local_date)::int - 1)
        FROM (SELECT athlete, local_date, counts FROM replaced
              UNION ALL SELECT athlete, local_date, counts FROM written) w
        WHERE counts AND local_date > current_date - 30
            AND EXISTS (SELECT FROM public.club_member m WHERE m.athlete = w.athlete AND m.joined)
        ORDER BY 1, 3
        ON CONFLICT (athlete, club, week) DO UPDATE SET version = EXCLUDED.version;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER club_mark_written AFTER INSERT ON ledger
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION club_mark();
CREATE TRIGGER club_mark_replaced AFTER UPDATE ON ledger
    REFERENCING OLD TABLE AS replaced NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION club_mark();
