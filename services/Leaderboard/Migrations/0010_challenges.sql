-- Challenge boards: docs/decisions/0017. Facts that nothing else knows: challenge, challenge_participant, challenge_barred,
-- challenge_completion, challenge_correction. Derived: challenge_entry from the ledger, the counters from the entries.

-- What an athlete did in a challenge's days, of any visibility.
CREATE INDEX ledger_days ON ledger (athlete, local_date) WHERE NOT deleted;

CREATE TABLE challenge (
    number     integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id         uuid NOT NULL UNIQUE,
    creator    bigint NOT NULL REFERENCES athlete_number,
    name       text NOT NULL,
    sports     smallint[] NOT NULL,
    -- Challenges/Metric.cs.
    metric     smallint NOT NULL,
    -- Athlete-local days, both included.
    starts_on  date NOT NULL,
    ends_on    date NOT NULL,
    -- As a standing; NULL: there is none.
    goal       bigint,
    -- NULL: for everyone.
    country    text,
    created_at timestamptz NOT NULL DEFAULT now(),
    -- The last day has passed everywhere, and those who sync late had their time.
    closes_at  timestamptz NOT NULL,
    -- 1 open, 2 closing (the ledger's changes no longer count), 3 final.
    state      smallint NOT NULL DEFAULT 1 CHECK (state IN (1, 2, 3)),
    -- Of the final board; 0: there is none yet.
    generation integer NOT NULL DEFAULT 0,
    final_at   timestamptz,
    -- Rows in challenge_entry and counters; a final board is read elsewhere.
    has_rows   boolean NOT NULL DEFAULT true,
    CHECK (starts_on <= ends_on),
    CHECK ((state = 3) = (generation > 0))
);
CREATE INDEX challenge_order ON challenge (ends_on, number);
CREATE INDEX challenge_creator ON challenge (creator) WHERE state = 1;
CREATE INDEX challenge_unfinished ON challenge (closes_at) WHERE state < 3 OR has_rows;

CREATE TABLE challenge_participant (
    athlete   bigint NOT NULL REFERENCES athlete_number,
    joined_at timestamptz NOT NULL,
    challenge integer NOT NULL REFERENCES challenge,
    -- On whose board the athlete is: where they lived at joining; NULL: not known, the profile's when it comes.
    country   text,
    PRIMARY KEY (athlete, challenge)
);
-- Its many equal keys are stored once: some 7 bytes a row.
CREATE INDEX challenge_participant_challenge ON challenge_participant (challenge);

-- Taken off by an operator, and not to join again.
CREATE TABLE challenge_barred (
    challenge integer NOT NULL REFERENCES challenge,
    athlete   bigint NOT NULL REFERENCES athlete_number,
    reason    text NOT NULL,
    barred_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (challenge, athlete)
);

-- Work for the applier: this athlete's entry is to be set anew. Every change of a mark takes a new version, so that the applier
-- removes only what it has seen.
CREATE SEQUENCE challenge_mark;
CREATE TABLE challenge_dirty (
    challenge integer NOT NULL,
    athlete   bigint NOT NULL,
    version   bigint NOT NULL DEFAULT nextval('challenge_mark'),
    marked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (challenge, athlete)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
CREATE INDEX challenge_dirty_order ON challenge_dirty (marked_at);

-- The board: who has a score. The less the standing, the better: a score is stored negative, a time as it is.
CREATE TABLE challenge_entry (
    athlete    bigint NOT NULL,
    standing   bigint NOT NULL,
    -- Start of the activity with which the athlete got there: who was first stands first.
    reached_at timestamptz NOT NULL,
    challenge  integer NOT NULL,
    activities integer NOT NULL,
    -- '': none.
    country    text NOT NULL,
    PRIMARY KEY (challenge, athlete)
);
CREATE INDEX challenge_entry_board ON challenge_entry (challenge, standing, reached_at, athlete);
CREATE INDEX challenge_entry_country ON challenge_entry (challenge, country, standing, reached_at, athlete) WHERE country <> '';

-- How many entries have a standing from "low" up to the next row's low: about 1,000 an interval, 100 intervals a group.
-- Country '': of all. The first low is the smallest bigint, so that every standing lies in one.
CREATE TABLE challenge_interval (
    challenge integer NOT NULL,
    country   text NOT NULL,
    low       bigint NOT NULL,
    entries   bigint NOT NULL CHECK (entries >= 0),
    PRIMARY KEY (challenge, country, low)
) WITH (fillfactor = 50);
CREATE TABLE challenge_group (
    challenge integer NOT NULL,
    country   text NOT NULL,
    low       bigint NOT NULL,
    entries   bigint NOT NULL CHECK (entries >= 0),
    PRIMARY KEY (challenge, country, low)
) WITH (fillfactor = 50);

-- Who has reached the goal was told so once, whatever happens afterwards.
CREATE TABLE challenge_completion (
    challenge    integer NOT NULL REFERENCES challenge,
    athlete      bigint NOT NULL,
    standing     bigint NOT NULL,
    reached_at   timestamptz NOT NULL,
    completed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (challenge, athlete)
);

-- A final board, packed: a thousand lines a row, best first, for all ('') and once more for each country.
CREATE TABLE challenge_final_page (
    challenge      integer NOT NULL,
    generation     integer NOT NULL,
    country        text NOT NULL,
    page           integer NOT NULL,
    first_standing bigint NOT NULL,
    first_rank     bigint NOT NULL,
    lines_count    integer NOT NULL,
    lines          bytea NOT NULL,
    PRIMARY KEY (challenge, generation, country, page)
);
CREATE INDEX challenge_final_standing ON challenge_final_page (challenge, generation, country, first_standing, page);
-- The same people in the order of their numbers: who has which standing.
CREATE TABLE challenge_final_athlete (
    challenge     integer NOT NULL,
    generation    integer NOT NULL,
    first_athlete bigint NOT NULL,
    lines         bytea NOT NULL,
    PRIMARY KEY (challenge, generation, first_athlete)
);

-- An operator wants a final board worked out anew; it is done when it names a generation.
CREATE TABLE challenge_correction (
    number       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    challenge    integer NOT NULL REFERENCES challenge,
    reason       text NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT now(),
    generation   integer
);
CREATE INDEX challenge_correction_waiting ON challenge_correction (number) WHERE generation IS NULL;

-- One athlete's standing by the ledger, worked out from nothing; NULL: none. One range of ledger_days.
CREATE FUNCTION challenge_score(
    p_athlete bigint, p_metric smallint, p_sports smallint[], p_from date, p_to date,
    OUT standing bigint, OUT reached_at timestamptz, OUT activities integer) LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF p_metric IN (1, 2, 3, 4) THEN
        SELECT nullif(-sum(l.value), 0), max(l.started_at) FILTER (WHERE l.value > 0), count(*)
        INTO standing, reached_at, activities
        FROM (
            SELECT started_at, CASE p_metric WHEN 1 THEN distance_mm WHEN 2 THEN elevation_gain_cm WHEN 3 THEN moving_ms ELSE 1 END
            FROM ledger
            WHERE athlete = p_athlete AND NOT deleted AND local_date BETWEEN p_from AND p_to AND sport = ANY (p_sports)
        ) AS l (started_at, value);
    ELSIF p_metric = 5 THEN
        -- Days in a row have the same difference between day and place. Calendar days as the athlete lived them, so no zone and
        -- no change of clocks can break or mend a streak.
        WITH days AS (
            SELECT local_date, min(started_at) AS began, count(*) AS activities,
                local_date - (row_number() OVER (ORDER BY local_date))::integer AS streak
            FROM ledger
            WHERE athlete = p_athlete AND NOT deleted AND local_date BETWEEN p_from AND p_to AND sport = ANY (p_sports)
            GROUP BY local_date
        ), streaks AS (
            SELECT count(*) AS days, (array_agg(began ORDER BY local_date DESC))[1] AS reached FROM days GROUP BY streak
        )
        SELECT -s.days, s.reached, (SELECT sum(d.activities) FROM days d)
        INTO standing, reached_at, activities
        FROM streaks s ORDER BY s.days DESC, s.reached LIMIT 1;
    ELSE
        SELECT l.value, l.started_at, l.activities
        INTO standing, reached_at, activities
        FROM (
            SELECT CASE p_metric WHEN 6 THEN -distance_mm WHEN 7 THEN best_5km_ms ELSE best_10km_ms END, started_at,
                count(*) OVER ()
            FROM ledger
            WHERE athlete = p_athlete AND NOT deleted AND local_date BETWEEN p_from AND p_to AND sport = ANY (p_sports)
        ) AS l (value, started_at, activities)
        WHERE l.value <> 0 ORDER BY l.value, l.started_at LIMIT 1;
    END IF;
END
$$;

-- 1 + the entries with a better standing: groups before the standing's own, intervals of that group before the standing's own,
-- and of that interval the entries themselves. Statements of a STABLE function see one moment, so the parts fit together.
CREATE FUNCTION challenge_rank(p_challenge integer, p_country text, p_standing bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_group    bigint;
    v_interval bigint;
    v_better   bigint;
    v_inside   bigint;
BEGIN
    SELECT max(low) INTO v_group FROM challenge_group
    WHERE challenge = p_challenge AND country = p_country AND low <= p_standing;
    SELECT max(low) INTO v_interval FROM challenge_interval
    WHERE challenge = p_challenge AND country = p_country AND low <= p_standing;
    SELECT coalesce((
            SELECT sum(entries) FROM challenge_group WHERE challenge = p_challenge AND country = p_country AND low < v_group), 0)
        + coalesce((
            SELECT sum(entries) FROM challenge_interval
            WHERE challenge = p_challenge AND country = p_country AND low >= v_group AND low < v_interval), 0)
    INTO v_better;
    IF p_country = '' THEN
        SELECT count(*) INTO v_inside FROM challenge_entry
        WHERE challenge = p_challenge AND standing >= v_interval AND standing < p_standing;
    ELSE
        SELECT count(*) INTO v_inside FROM challenge_entry
        WHERE challenge = p_challenge AND country = p_country AND country <> '' AND standing >= v_interval AND standing < p_standing;
    END IF;
    RETURN 1 + v_better + v_inside;
END
$$;

-- What is final stays as it is, whoever tries: pages are only added, those of the next generation; a challenge only goes on to it.
CREATE FUNCTION challenge_final_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'challenge % is final', OLD.challenge USING ERRCODE = 'ST020';
END
$$;
CREATE TRIGGER challenge_final_page_stays BEFORE UPDATE OR DELETE ON challenge_final_page
    FOR EACH ROW EXECUTE FUNCTION challenge_final_refuse();
CREATE TRIGGER challenge_final_athlete_stays BEFORE UPDATE OR DELETE ON challenge_final_athlete
    FOR EACH ROW EXECUTE FUNCTION challenge_final_refuse();

CREATE FUNCTION challenge_final_add() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.generation <= (SELECT generation FROM challenge WHERE number = NEW.challenge) THEN
        RAISE EXCEPTION 'generation % of challenge % is final', NEW.generation, NEW.challenge USING ERRCODE = 'ST020';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER challenge_final_page_next BEFORE INSERT ON challenge_final_page
    FOR EACH ROW EXECUTE FUNCTION challenge_final_add();
CREATE TRIGGER challenge_final_athlete_next BEFORE INSERT ON challenge_final_athlete
    FOR EACH ROW EXECUTE FUNCTION challenge_final_add();

CREATE FUNCTION challenge_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.generation NOT IN (OLD.generation, OLD.generation + 1)
        OR to_jsonb(NEW) - '{generation,final_at,has_rows}'::text[] <> to_jsonb(OLD) - '{generation,final_at,has_rows}'::text[] THEN
        RAISE EXCEPTION 'challenge % is final', OLD.number USING ERRCODE = 'ST020';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER challenge_stays BEFORE UPDATE OR DELETE ON challenge
    FOR EACH ROW WHEN (OLD.state = 3) EXECUTE FUNCTION challenge_stays();

CREATE FUNCTION challenge_participant_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM challenge WHERE number = coalesce(NEW.challenge, OLD.challenge) AND state = 3) THEN
        RAISE EXCEPTION 'challenge % is final', coalesce(NEW.challenge, OLD.challenge) USING ERRCODE = 'ST020';
    END IF;
    RETURN coalesce(NEW, OLD);
END
$$;
CREATE TRIGGER challenge_participant_stays BEFORE INSERT OR UPDATE OR DELETE ON challenge_participant
    FOR EACH ROW EXECUTE FUNCTION challenge_participant_stays();
