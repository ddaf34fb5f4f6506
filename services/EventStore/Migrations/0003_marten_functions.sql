-- The functions that Marten 9 calls in its event schema, by signature, results and SQLSTATEs, in our own words: a Marten on this
-- database (AutoCreate.None) appends, marks its progress and archives. Their tables are named with the schema, so that
-- a caller's search_path decides nothing.

-- Appends events after what is there; a stream that is not there begins. Signature of QuickWithServerTimestamps.
-- Unlike Marten's own, it takes the stream's row before it reads the version, as our writers do: writers queue instead
-- of racing, so none fails for want of luck, no number is wasted, and none deadlocks with our appends. (Marten's own
-- lock is the same one, taken by UseExclusiveLockOnConcurrentAppends.)
CREATE FUNCTION mt_quick_append_events(
    stream uuid, stream_type varchar, tenantid varchar, event_ids uuid[], event_types varchar[], dotnet_types varchar[],
    bodies jsonb[], bdatas bytea[], timestamps timestamptz[], expected_version bigint DEFAULT NULL)
RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    found_stream public.mt_streams%ROWTYPE;
    at_version   bigint;
    number       bigint;
    result       bigint[];
BEGIN
    SELECT * INTO found_stream FROM public.mt_streams AS s WHERE s.id = stream FOR NO KEY UPDATE;
    at_version := coalesce(found_stream.version, 0);
    IF expected_version IS NOT NULL AND expected_version <> at_version THEN
        RAISE EXCEPTION 'Stream % is at version %, not at the expected %.', stream, at_version, expected_version
            USING ERRCODE = 'MT003';
    END IF;

    IF found_stream.id IS NULL THEN
        INSERT INTO public.mt_streams (id, type, version, timestamp, tenant_id)
        VALUES (stream, stream_type, 0, now(), tenantid);
    ELSIF found_stream.is_archived THEN
        RAISE EXCEPTION 'Stream % is archived; nothing is appended to it.', stream USING ERRCODE = 'MT001';
    ELSIF found_stream.tenant_id IS DISTINCT FROM tenantid THEN
        RAISE EXCEPTION 'Stream % belongs to another tenant.', stream;
    END IF;

    FOR i IN 1 .. coalesce(cardinality(event_ids), 0) LOOP
        number := nextval('public.mt_events_sequence');
        at_version := at_version + 1;
        INSERT INTO public.mt_events
            (seq_id, id, stream_id, version, data, bdata, type, timestamp, tenant_id, mt_dotnet_type, is_archived)
        VALUES
            (number, event_ids[i], stream, at_version, bodies[i], bdatas[i], event_types[i], coalesce(timestamps[i], now()),
             tenantid, dotnet_types[i], false);
        result := result || number;
    END LOOP;

    UPDATE public.mt_streams AS s SET version = at_version, timestamp = now() WHERE s.id = stream;
    RETURN at_version || coalesce(result, '{}');
END
$$;

-- Sets a progression row. Safe to repeat.
CREATE FUNCTION mt_mark_event_progression(name varchar, last_encountered bigint) RETURNS void LANGUAGE sql AS $$
    INSERT INTO public.mt_event_progression (name, last_seq_id, last_updated)
    VALUES ($1, $2, transaction_timestamp())
    ON CONFLICT ON CONSTRAINT pk_mt_event_progression
    DO UPDATE SET last_seq_id = excluded.last_seq_id, last_updated = excluded.last_updated
$$;

-- Moves a mark from starting_sequence over a dead gap to ending_sequence, and notes the skip; returns where the mark is now. Only
-- from where the caller saw it: whoever comes second, or repeats, changes nothing and learns the mark.
CREATE FUNCTION mt_mark_progression_with_skip(shard_name varchar, ending_sequence bigint, starting_sequence bigint)
RETURNS bigint LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO public.mt_event_progression (name, last_seq_id, last_updated)
    VALUES ($1, 0, transaction_timestamp()) ON CONFLICT ON CONSTRAINT pk_mt_event_progression DO NOTHING;
    UPDATE public.mt_event_progression AS p SET last_seq_id = $2, last_updated = transaction_timestamp()
    WHERE p.name = $1 AND coalesce(p.last_seq_id, 0) = $3;
    IF FOUND THEN
        INSERT INTO public.mt_high_water_skips (ending_sequence, starting_sequence, timestamp)
        VALUES ($2, $3, transaction_timestamp()) ON CONFLICT (ending_sequence) DO NOTHING;
    END IF;

    RETURN (SELECT p.last_seq_id FROM public.mt_event_progression AS p WHERE p.name = $1);
END
$$;

-- Marks a stream and its events as archived. Changes events, so it is maintenance: for the tables' owner alone.
CREATE FUNCTION mt_archive_stream(streamid uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('strava.maintenance', true) IS DISTINCT FROM 'on' THEN
        RAISE EXCEPTION 'Archiving a stream changes its events: only maintenance may, as the owner of the tables.'
            USING ERRCODE = 'insufficient_privilege',
                  HINT = 'As the owner, in one transaction: SET LOCAL strava.maintenance = ''on''; then call it again.';
    END IF;

    UPDATE public.mt_streams AS s SET is_archived = true WHERE s.id = streamid;
    UPDATE public.mt_events AS e SET is_archived = true WHERE e.stream_id = streamid;
END
$$;
