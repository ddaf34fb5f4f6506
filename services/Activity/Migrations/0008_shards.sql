-- Athletes over several databases (docs/decisions/0012). While the service has one database these tables are empty, the
-- triggers below are not made, and nothing here costs anything.

-- The first 12 bits of SHA-256 of the id's 16 bytes; the same in C# (VirtualShard.Of). Never changes.
CREATE FUNCTION virtual_shard_of(id uuid) RETURNS int LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT (get_byte(sha256(uuid_send(id)), 0) << 4) | (get_byte(sha256(uuid_send(id)), 1) >> 4)
$$;

-- In the control database alone: where each virtual shard is. Each change draws the next epoch, so that nodes ask for
-- what is new.
CREATE TABLE shard_map (
    virtual_shard int PRIMARY KEY CHECK (virtual_shard BETWEEN 0 AND 4095),
    database      text NOT NULL,
    epoch         bigint NOT NULL DEFAULT 1
);
CREATE INDEX shard_map_epoch ON shard_map (epoch);

-- Likewise: what is under way. There from before the first step until after the last.
CREATE TABLE shard_move (
    virtual_shard int PRIMARY KEY,
    source        text NOT NULL,
    target        text NOT NULL,
    begun_at      timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- In each database: its virtual shards. One without a row is not here.
--   here    written to
--   fenced  about to leave: read, not written
--   gone    left: the rows are still there for who asks late, and are about to be removed
--   coming  copied, not yet open
CREATE TABLE virtual_shard (
    id    int PRIMARY KEY CHECK (id BETWEEN 0 AND 4095),
    state text NOT NULL CHECK (state IN ('here', 'fenced', 'gone', 'coming'))
);

-- Numbers of events that came from another database, whose relay has published them: this one's goes past them.
CREATE TABLE moved_range (
    first_seq_id bigint PRIMARY KEY,
    last_seq_id  bigint NOT NULL
);

-- Whose activity it is; a phone's id does not tell. Claimed before the stream is made, first wins, and never changed. It lies
-- where the virtual shard of the ACTIVITY's id is.
CREATE TABLE activity_home (
    activity_id uuid PRIMARY KEY,
    athlete_id  uuid NOT NULL
);
CREATE INDEX activity_home_virtual_shard ON activity_home (virtual_shard_of(activity_id));

-- What belongs to a virtual shard ($1), in the order in which it is copied; removed in the reverse order. A new table that
-- holds something of an athlete is added here, and gets a trigger below if it is ever written without a stream.
CREATE FUNCTION shard_tables() RETURNS TABLE (place int, name text, condition text) LANGUAGE sql IMMUTABLE AS $$
    VALUES
        (1, 'activity', 'virtual_shard_of(t.athlete_id) = $1'),
        (2, 'mt_streams', 't.id IN (SELECT a.id FROM activity a WHERE virtual_shard_of(a.athlete_id) = $1)'),
        (3, 'mt_events', 't.stream_id IN (SELECT a.id FROM activity a WHERE virtual_shard_of(a.athlete_id) = $1)'),
        (4, 'parked_event', 't.stream_id IN (SELECT a.id FROM activity a WHERE virtual_shard_of(a.athlete_id) = $1)'),
        (5, 'activity_progress', 't.activity_id IN (SELECT a.id FROM activity a WHERE virtual_shard_of(a.athlete_id) = $1)'),
        (6, 'route_chunk', 't.activity_id IN (SELECT a.id FROM activity a WHERE virtual_shard_of(a.athlete_id) = $1)'),
        (7, 'archive_object', 't.activity_id IN (SELECT a.id FROM activity a WHERE virtual_shard_of(a.athlete_id) = $1)'),
        (8, 'imported_file', 'virtual_shard_of(t.athlete_id) = $1'),
        (9, 'athlete_copy', 'virtual_shard_of(t.athlete_id) = $1'),
        (10, 'idempotency_key', 'virtual_shard_of(t.athlete_id) = $1'),
        (11, 'friendship_copy', 'virtual_shard_of(t.athlete_a) = $1 OR virtual_shard_of(t.athlete_b) = $1'),
        (12, 'activity_home', 'virtual_shard_of(t.activity_id) = $1')
$$;

-- The fence: whoever writes something of a virtual shard passes here, in the same transaction. The lock, not a clock, tells
-- the mover when all who passed before the fence have ended: it asks for the same lock, exclusively, after the fence was
-- committed. Whoever comes after that sees the fence, since each statement here has a snapshot of its own.
CREATE FUNCTION check_shard(v int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_state text;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'an older snapshot might not see the fence: write with READ COMMITTED'
            USING ERRCODE = 'invalid_transaction_state';
    END IF;

    PERFORM pg_advisory_xact_lock_shared(x'53484152'::int, v);
    SELECT s.state INTO v_state FROM public.virtual_shard AS s WHERE s.id = v;
    -- The mover says which it copies; that opens none that is written to. (Neither side may be NULL: that would let all through.)
    IF coalesce(v_state, 'absent') <> 'here'
        AND (coalesce(v_state, 'absent') <> 'coming' OR coalesce(current_setting('strava.moving_shard', true), '') <> v::text)
    THEN
        RAISE EXCEPTION 'virtual shard % is not open in this database', v
            USING ERRCODE = '53S01', HINT = 'It is being moved, or has been: look at the map again.';
    END IF;
END
$$;

CREATE FUNCTION check_shard_of_athlete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM public.check_shard(public.virtual_shard_of(NEW.athlete_id));
    RETURN NEW;
END
$$;

-- Of a stream that Marten has begun nobody knows the athlete yet; its row comes with the relay, and is checked then.
CREATE FUNCTION check_shard_of_activity() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    v_activity uuid;
BEGIN
    IF TG_TABLE_NAME = 'mt_streams' THEN
        v_activity := NEW.id;
    ELSE
        v_activity := NEW.activity_id;
    END IF;

    PERFORM public.check_shard(public.virtual_shard_of(a.athlete_id)) FROM public.activity AS a WHERE a.id = v_activity;
    RETURN NEW;
END
$$;

-- Where a trigger of that name stands when there are several databases. (A friendship lies in two of them: its writer says for whom
-- it writes, and calls check_shard itself.)
CREATE FUNCTION shard_fences() RETURNS TABLE (on_table text, on_what text, calls text) LANGUAGE sql IMMUTABLE AS $$
    VALUES
        ('activity', 'INSERT', 'check_shard_of_athlete'),
        ('imported_file', 'INSERT', 'check_shard_of_athlete'),
        ('athlete_copy', 'INSERT', 'check_shard_of_athlete'),
        ('idempotency_key', 'INSERT', 'check_shard_of_athlete'),
        ('mt_streams', 'UPDATE', 'check_shard_of_activity'),
        ('route_chunk', 'INSERT', 'check_shard_of_activity'),
        ('archive_object', 'INSERT OR UPDATE', 'check_shard_of_activity'),
        ('activity_home', 'INSERT', 'check_shard_of_home')
$$;

-- Those that are not there: a mover that finds one moves nothing.
CREATE FUNCTION missing_shard_fences() RETURNS SETOF text LANGUAGE sql STABLE AS $$
    SELECT f.on_table FROM shard_fences() AS f
    WHERE NOT EXISTS (
        SELECT FROM pg_trigger AS t WHERE t.tgrelid = f.on_table::regclass AND t.tgname = 'fence' AND t.tgenabled = 'O')
$$;

CREATE FUNCTION check_shard_of_home() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM public.check_shard(public.virtual_shard_of(NEW.activity_id));
    RETURN NEW;
END
$$;

-- Makes this database one of several: --migrate does it, with what the map says is here. Safe to repeat.
CREATE FUNCTION found_shards(p_here int[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_fence record;
BEGIN
    INSERT INTO virtual_shard (id, state) SELECT v, 'here' FROM unnest(p_here) AS v ON CONFLICT DO NOTHING;
    FOR v_fence IN SELECT * FROM shard_fences() WHERE on_table IN (SELECT * FROM missing_shard_fences())
    LOOP
        EXECUTE format('CREATE TRIGGER fence BEFORE %s ON %I FOR EACH ROW EXECUTE FUNCTION %I()',
            v_fence.on_what, v_fence.on_table, v_fence.calls);
    END LOOP;
END
$$;

-- Removes a virtual shard's rows where it has gone, or where it came and was not opened. All or nothing; the second time there
-- is nothing left. A friendship stays where the other athlete's shard is. Gives the number of events.
CREATE FUNCTION remove_shard(p_shard int) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_table  record;
    v_rows   bigint;
    v_events bigint := 0;
BEGIN
    PERFORM 1 FROM virtual_shard WHERE id = p_shard AND state IN ('gone', 'coming') FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'virtual shard % has not left this database', p_shard USING ERRCODE = 'ST004';
    END IF;

    PERFORM set_config('strava.maintenance', 'on', true);
    FOR v_table IN SELECT * FROM shard_tables() ORDER BY place DESC LOOP
        EXECUTE format('DELETE FROM %I AS t WHERE (%s)', v_table.name, v_table.condition)
            || CASE WHEN v_table.name = 'friendship_copy'
                THEN ' AND NOT EXISTS (SELECT FROM virtual_shard AS s WHERE s.id <> $1 AND s.state <> ''gone'''
                    ' AND s.id IN (virtual_shard_of(t.athlete_a), virtual_shard_of(t.athlete_b)))'
                ELSE '' END
            USING p_shard;
        GET DIAGNOSTICS v_rows = ROW_COUNT;
        IF v_table.name = 'mt_events' THEN
            v_events := v_rows;
        END IF;
    END LOOP;
    PERFORM set_config('strava.maintenance', 'off', true);
    DELETE FROM virtual_shard WHERE id = p_shard;
    RETURN v_events;
END
$$;

-- deploy/postgres/grants.sql gives the second to the maintenance role; the first is the owner's, who migrates.
REVOKE EXECUTE ON FUNCTION found_shards(int[]), remove_shard(int) FROM PUBLIC;
