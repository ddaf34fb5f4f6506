-- Live posts that are not in their stream yet (docs/decisions/0014): a few points each, some seconds apart, folded into one
-- event a minute. Each post's number and hash lie in route_chunk as any chunk's do, so this table needs no key of its own.
-- A partition a day of receipt: a day that is folded and gone is dropped, instead of vacuumed.
CREATE TABLE live_buffer (
    activity_id uuid NOT NULL,
    sequence    bigint NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    points      bytea NOT NULL
) PARTITION BY RANGE (received_at);
CREATE INDEX live_buffer_activity ON live_buffer (activity_id);

-- The net, should nobody have made a day's partition.
CREATE TABLE live_buffer_other PARTITION OF live_buffer DEFAULT;

-- The running service may not create tables: this it may. Makes the partitions of today and of some days ahead, drops those of
-- days before yesterday that are empty, and says what it did. Safe to repeat and to run twice at once (the second waits,
-- and finds it done). Waits a second at most for live posts to let go; then it fails and is tried again.
CREATE FUNCTION live_buffer_partitions(p_ahead int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '1s' SET timezone = 'UTC' AS $$
DECLARE
    v_day     date;
    v_name    text;
    v_found   boolean;
    v_changed int := 0;
BEGIN
    IF p_ahead NOT BETWEEN 0 AND 14 THEN
        RAISE EXCEPTION 'partitions are made 0 to 14 days ahead' USING ERRCODE = 'invalid_parameter_value';
    END IF;

    PERFORM pg_advisory_xact_lock(hashtextextended('live_buffer_partitions', 0));
    FOR v_day IN SELECT d::date FROM generate_series(current_date, current_date + p_ahead, interval '1 day') AS d LOOP
        v_name := 'live_buffer_' || to_char(v_day, 'YYYYMMDD');
        -- What fell into the net stays there until it is folded; the day's partition can be made then.
        IF to_regclass('public.' || v_name) IS NULL
            AND NOT EXISTS (SELECT FROM live_buffer_other WHERE received_at >= v_day AND received_at < v_day + 1) THEN
            EXECUTE format('CREATE TABLE public.%I PARTITION OF public.live_buffer FOR VALUES FROM (%L) TO (%L)',
                v_name, v_day::timestamptz, (v_day + 1)::timestamptz);
            v_changed := v_changed + 1;
        END IF;
    END LOOP;

    FOR v_name IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'public.live_buffer'::regclass AND c.relname ~ '^live_buffer_\d{8}$'
          AND c.relname < 'live_buffer_' || to_char(current_date - 1, 'YYYYMMDD')
    LOOP
        -- Nobody writes to a day that is over; the look under the lock makes sure.
        EXECUTE format('LOCK TABLE public.%I IN ACCESS EXCLUSIVE MODE', v_name);
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', v_name) INTO v_found;
        IF NOT v_found THEN
            EXECUTE format('DROP TABLE public.%I', v_name);
            v_changed := v_changed + 1;
        END IF;
    END LOOP;

    RETURN v_changed;
END
$$;

-- deploy/postgres/grants.sql gives it to the running service.
REVOKE EXECUTE ON FUNCTION live_buffer_partitions(int) FROM PUBLIC;
SELECT live_buffer_partitions(2);

-- A folded event says how many points each of its posts had (Posts): the archive keeps that beside its reference and gives it back.
CREATE OR REPLACE FUNCTION archive_events(p_ref text, p_versions bigint[], p_sha256 bytea[], p_size_bytes int) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_activity uuid;
    v_changed  int;
BEGIN
    SELECT activity_id INTO v_activity FROM archive_object WHERE ref = p_ref AND state = 'begun' FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the object % is not being archived', p_ref USING ERRCODE = 'ST001';
    END IF;
    -- The stream's writers wait; so does another archiver of the same activity, which then finds other rows than it
    -- read.
    PERFORM 1 FROM mt_streams WHERE id = v_activity FOR UPDATE;
    PERFORM 1 FROM activity WHERE id = v_activity AND completed_at IS NOT NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'activity % is not saved', v_activity USING ERRCODE = 'ST002';
    END IF;

    PERFORM set_config('strava.maintenance', 'on', true);
    UPDATE mt_events e
    SET data = e.data - ARRAY['Points', 'Archived'] || jsonb_build_object('Archived',
            jsonb_build_object('ref', p_ref, 'sha256', encode(c.sha256, 'hex'), 'count', e.data -> 'Count'))
    FROM unnest(p_versions, p_sha256) AS c (version, sha256)
    WHERE e.stream_id = v_activity AND e.version = c.version AND e.type = 'route_recorded' AND e.bdata IS NULL
      AND CASE WHEN e.data ? 'Points'
          THEN sha256(decode(e.data ->> 'Points', 'base64')) = c.sha256
               AND translate(encode(decode(e.data ->> 'Points', 'base64'), 'base64'), E'\n', '') = e.data ->> 'Points'
               AND e.data - ARRAY['Sequence', 'Count', 'Points', 'Posts'] = '{}'
          ELSE e.data #>> '{Archived,sha256}' = encode(c.sha256, 'hex') END;
    GET DIAGNOSTICS v_changed = ROW_COUNT;
    PERFORM set_config('strava.maintenance', 'off', true);
    IF v_changed = 0 OR v_changed <> cardinality(p_versions) THEN
        RAISE EXCEPTION 'the events of activity % are not those that were archived', v_activity USING ERRCODE = 'ST002';
    END IF;

    UPDATE archive_object SET state = 'kept', size_bytes = p_size_bytes, changed_at = now() WHERE ref = p_ref;
    UPDATE archive_object o SET state = 'free', changed_at = now()
    WHERE o.activity_id = v_activity AND o.state = 'kept' AND NOT EXISTS (
        SELECT FROM mt_events e WHERE e.stream_id = v_activity AND e.data #>> '{Archived,ref}' = o.ref);
END
$$;

CREATE OR REPLACE FUNCTION archive_restore(p_activity uuid, p_versions bigint[], p_points bytea[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_changed int;
BEGIN
    PERFORM 1 FROM mt_streams WHERE id = p_activity FOR UPDATE;
    PERFORM set_config('strava.maintenance', 'on', true);
    UPDATE mt_events e
    SET data = e.data - 'Archived' || jsonb_build_object('Points', translate(encode(c.points, 'base64'), E'\n', ''))
    FROM unnest(p_versions, p_points) AS c (version, points)
    WHERE e.stream_id = p_activity AND e.version = c.version AND e.type = 'route_recorded'
      AND e.data #>> '{Archived,sha256}' = encode(sha256(c.points), 'hex');
    GET DIAGNOSTICS v_changed = ROW_COUNT;
    PERFORM set_config('strava.maintenance', 'off', true);
    IF v_changed <> cardinality(p_versions) THEN
        RAISE EXCEPTION 'the events of activity % are not those that were fetched', p_activity USING ERRCODE = 'ST002';
    END IF;

    UPDATE archive_object o SET state = 'free', changed_at = now()
    WHERE o.activity_id = p_activity AND o.state = 'kept' AND NOT EXISTS (
        SELECT FROM mt_events e WHERE e.stream_id = p_activity AND e.data #>> '{Archived,ref}' = o.ref);
END
$$;
