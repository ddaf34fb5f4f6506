-- What came at the same time as the shards: live posts, which belong to their athletes, and rebuilds, which do not go together
-- with a move. A table that is not there is passed over.
CREATE OR REPLACE FUNCTION shard_tables() RETURNS TABLE (place int, name text, condition text) LANGUAGE sql STABLE AS $$
    SELECT t.place, t.name, t.condition FROM (VALUES
        (1, 'activity', 'virtual_shard_of(t.athlete_id) = $1'),
        (2, 'mt_streams', 't.id IN (SELECT a.id FROM activity a WHERE virtual_shard_of(a.athlete_id) = $1)'),
        (3, 'mt_events', 't.stream_id IN (SELECT a.id FROM activity a WHERE virtual_shard_of(a.athlete_id) = $1)'),
        (4, 'parked_event', 't.stream_id IN (SELECT a.id FROM activity a WHERE virtual_shard_of(a.athlete_id) = $1)'),
        (5, 'activity_progress', 't.activity_id IN (SELECT a.id FROM activity a WHERE virtual_shard_of(a.athlete_id) = $1)'),
        (6, 'route_chunk', 't.activity_id IN (SELECT a.id FROM activity a WHERE virtual_shard_of(a.athlete_id) = $1)'),
        (7, 'live_buffer', 't.activity_id IN (SELECT a.id FROM activity a WHERE virtual_shard_of(a.athlete_id) = $1)'),
        (8, 'archive_object', 't.activity_id IN (SELECT a.id FROM activity a WHERE virtual_shard_of(a.athlete_id) = $1)'),
        (9, 'imported_file', 'virtual_shard_of(t.athlete_id) = $1'),
        (10, 'athlete_copy', 'virtual_shard_of(t.athlete_id) = $1'),
        (11, 'idempotency_key', 'virtual_shard_of(t.athlete_id) = $1'),
        (12, 'friendship_copy', 'virtual_shard_of(t.athlete_a) = $1 OR virtual_shard_of(t.athlete_b) = $1'),
        (13, 'activity_home', 'virtual_shard_of(t.activity_id) = $1')) AS t (place, name, condition)
    WHERE to_regclass('public.' || t.name) IS NOT NULL
$$;

-- A live post writes no stream: it is fenced by its row in route_chunk.
CREATE OR REPLACE FUNCTION shard_fences() RETURNS TABLE (on_table text, on_what text, calls text) LANGUAGE sql STABLE AS $$
    SELECT f.on_table, f.on_what, f.calls FROM (VALUES
        ('activity', 'INSERT', 'check_shard_of_athlete'),
        ('imported_file', 'INSERT', 'check_shard_of_athlete'),
        ('athlete_copy', 'INSERT', 'check_shard_of_athlete'),
        ('idempotency_key', 'INSERT', 'check_shard_of_athlete'),
        ('mt_streams', 'UPDATE', 'check_shard_of_activity'),
        ('route_chunk', 'INSERT', 'check_shard_of_activity'),
        ('archive_object', 'INSERT OR UPDATE', 'check_shard_of_activity'),
        ('activity_home', 'INSERT', 'check_shard_of_home'),
        ('rebuild', 'INSERT', 'check_no_shard_moves')) AS f (on_table, on_what, calls)
    WHERE to_regclass('public.' || f.on_table) IS NOT NULL
$$;

-- A rebuild fills copies of whole tables and swaps them in: what comes or goes meanwhile would be forgotten or come back. The one
-- that begins second finds the other: each writes down that it begins before it takes this lock and looks.
CREATE FUNCTION check_no_shard_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(x'53484152'::int, -2);
    IF EXISTS (SELECT FROM public.virtual_shard WHERE state <> 'here') THEN
        RAISE EXCEPTION 'a virtual shard is being moved: rebuild after that' USING ERRCODE = '53S01';
    END IF;

    RETURN NEW;
END
$$;

CREATE FUNCTION rebuild_is_running() RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(x'53484152'::int, -2);
    IF to_regclass('public.rebuild') IS NULL THEN
        RETURN false;
    END IF;

    RETURN EXISTS (SELECT FROM rebuild WHERE state IN ('filling', 'verifying'));
END
$$;
