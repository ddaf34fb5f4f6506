-- The points of old activities lie in an object store; their event rows stay and say where (docs/decisions/0011).
-- This table knows every object that may exist: its row is written before the object is, so that nothing in the store
-- is ever forgotten.
--   begun    an object may be there; nothing refers to it yet
--   kept     event rows refer to it
--   free     nothing refers to it any more: restored, or moved to a colder object
--   dropped  condemned by the sweep: no event row can ever refer to it
CREATE TABLE archive_object (
    ref         text PRIMARY KEY,
    activity_id uuid NOT NULL,
    tier        smallint NOT NULL CHECK (tier IN (1, 2)),
    state       text NOT NULL DEFAULT 'begun' CHECK (state IN ('begun', 'kept', 'free', 'dropped')),
    size_bytes  int NULL,
    changed_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX archive_object_activity ON archive_object (activity_id);

-- The functions below are the only way in which an event row is ever changed. Each verifies before it writes, and
-- runs as the tables' owner, who alone may say strava.maintenance = 'on'. Whether an activity is old enough is the
-- caller's business.

-- Safe to repeat: a ref is made for one attempt and never used again.
CREATE FUNCTION archive_begin(p_activity uuid, p_ref text, p_tier smallint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO archive_object (ref, activity_id, tier) VALUES (p_ref, p_activity, p_tier)
$$;

-- Points (or an older reference) out, reference in. All rows or none: each must hold just the bytes whose hash is
-- given, and nothing else that the reference could not bring back. The second call of the same finds the ref no
-- longer begun.
CREATE FUNCTION archive_events(p_ref text, p_versions bigint[], p_sha256 bytea[], p_size_bytes int) RETURNS void
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
    SET data = jsonb_build_object('Sequence', e.data -> 'Sequence', 'Count', e.data -> 'Count', 'Archived',
            jsonb_build_object('ref', p_ref, 'sha256', encode(c.sha256, 'hex'), 'count', e.data -> 'Count'))
    FROM unnest(p_versions, p_sha256) AS c (version, sha256)
    WHERE e.stream_id = v_activity AND e.version = c.version AND e.type = 'route_recorded' AND e.bdata IS NULL
      AND CASE WHEN e.data ? 'Points'
          THEN sha256(decode(e.data ->> 'Points', 'base64')) = c.sha256
               AND translate(encode(decode(e.data ->> 'Points', 'base64'), 'base64'), E'\n', '') = e.data ->> 'Points'
               AND e.data - ARRAY['Sequence', 'Count', 'Points'] = '{}'
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

-- Reference out, points in, just as they were. All rows or none: the bytes must have the hash that the row names.
CREATE FUNCTION archive_restore(p_activity uuid, p_versions bigint[], p_points bytea[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_changed int;
BEGIN
    PERFORM 1 FROM mt_streams WHERE id = p_activity FOR UPDATE;
    PERFORM set_config('strava.maintenance', 'on', true);
    UPDATE mt_events e
    SET data = jsonb_build_object('Sequence', e.data -> 'Sequence', 'Count', e.data -> 'Count',
            'Points', translate(encode(c.points, 'base64'), E'\n', ''))
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

-- True: nothing refers to the object and nothing ever will, it may be deleted. The event rows decide, not this
-- table's state; an archiver in the middle of its work holds the row or will find it condemned.
CREATE FUNCTION archive_drop(p_ref text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_activity uuid;
BEGIN
    SELECT activity_id INTO v_activity FROM archive_object WHERE ref = p_ref FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF EXISTS (SELECT FROM mt_events WHERE stream_id = v_activity AND data #>> '{Archived,ref}' = p_ref) THEN
        UPDATE archive_object SET state = 'kept', changed_at = now() WHERE ref = p_ref;
        RETURN false;
    END IF;
    UPDATE archive_object SET state = 'dropped', changed_at = now() WHERE ref = p_ref AND state <> 'dropped';
    RETURN true;
END
$$;

-- After the object is gone from the store.
CREATE FUNCTION archive_forget(p_ref text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM archive_object WHERE ref = p_ref AND state = 'dropped'
$$;

-- deploy/postgres/grants.sql gives them to the maintenance role.
REVOKE EXECUTE ON FUNCTION archive_begin(uuid, text, smallint), archive_events(text, bigint[], bytea[], int),
    archive_restore(uuid, bigint[], bytea[]), archive_drop(text), archive_forget(text) FROM PUBLIC;
