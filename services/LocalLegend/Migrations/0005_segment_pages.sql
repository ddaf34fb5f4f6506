-- What is shown of a segment, worked out once, when it is made: nothing computes with it.
ALTER TABLE segment
    ADD COLUMN polyline text NOT NULL DEFAULT '',
    ADD COLUMN average_grade real;                                     -- percent; NULL: no heights

-- The order of the list, for boxes that hold more than are worth sorting.
CREATE INDEX segment_longest ON segment (length_mm DESC, number) WHERE NOT hidden;

-- DERIVED: athletes by stretches of times, low = elapsed_ms >> shift. A rank is the sum of at most 32 stretches of 1 s, 32 of 33 s and
-- those of 17 minutes below it, and of those within the same second: it costs the same on a board of ten and of a million.
CREATE TABLE best_effort_count (
    segment  integer NOT NULL,
    year     smallint NOT NULL,
    shift    smallint NOT NULL,
    low      integer NOT NULL,
    athletes bigint NOT NULL,
    PRIMARY KEY (segment, year, shift, low)
) WITH (fillfactor = 70);

-- In the statement that changes the board, whoever writes it: they cannot differ. Writers of a segment wait for each other.
CREATE FUNCTION best_effort_counting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE best_effort_count c SET athletes = c.athletes - d.athletes
        FROM (
            SELECT o.segment, o.year, s.shift, o.elapsed_ms >> s.shift AS low, count(*) AS athletes
            FROM old_rows o CROSS JOIN (VALUES (10), (15), (20)) AS s (shift) GROUP BY 1, 2, 3, 4) AS d
        WHERE c.segment = d.segment AND c.year = d.year AND c.shift = d.shift AND c.low = d.low;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO best_effort_count AS c (segment, year, shift, low, athletes)
        SELECT n.segment, n.year, s.shift, n.elapsed_ms >> s.shift, count(*)
        FROM new_rows n CROSS JOIN (VALUES (10), (15), (20)) AS s (shift) GROUP BY 1, 2, 3, 4
        ON CONFLICT (segment, year, shift, low) DO UPDATE SET athletes = c.athletes + EXCLUDED.athletes;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER best_effort_inserted AFTER INSERT ON best_effort
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION best_effort_counting();
CREATE TRIGGER best_effort_updated AFTER UPDATE ON best_effort
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION best_effort_counting();
CREATE TRIGGER best_effort_deleted AFTER DELETE ON best_effort
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION best_effort_counting();

-- The rank that a time has, or would have: one more than there are athletes who were faster.
CREATE FUNCTION segment_rank(p_segment integer, p_year smallint, p_elapsed integer) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT 1
        + coalesce((SELECT sum(athletes) FROM best_effort_count
            WHERE segment = p_segment AND year = p_year AND shift = 20 AND low < p_elapsed >> 20), 0)::bigint
        + coalesce((SELECT sum(athletes) FROM best_effort_count
            WHERE segment = p_segment AND year = p_year AND shift = 15 AND low >= (p_elapsed >> 20) << 5 AND low < p_elapsed >> 15), 0)::bigint
        + coalesce((SELECT sum(athletes) FROM best_effort_count
            WHERE segment = p_segment AND year = p_year AND shift = 10 AND low >= (p_elapsed >> 15) << 5 AND low < p_elapsed >> 10), 0)::bigint
        + (SELECT count(*) FROM best_effort
            WHERE segment = p_segment AND year = p_year AND elapsed_ms >= (p_elapsed >> 10) << 10 AND elapsed_ms < p_elapsed)
$$;
