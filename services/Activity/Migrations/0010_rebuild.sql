-- The rows beside the streams. They are rebuilt as of one moment, so versions must agree too. Running figures are kept where
-- points came in order and forgotten where they did not: not compared, and worked out again when next asked for. The numbers of
-- chunks are kept as they are: those of live posts are not in the stream yet. What folding writes there is thrown away.
INSERT INTO rebuild_table (name, key_columns, ignored_columns, holds_all, is_swapped) VALUES
    ('activity', '{id}', '{}', true, true),
    ('activity_progress', '{activity_id}', '{statistics, figures}', false, true),
    ('imported_file', '{athlete_id, sha256}', '{}', false, true),
    ('route_chunk', '{activity_id, sequence}', '{}', false, false);

ALTER TABLE rebuild
    -- Events up to this number were visible when their streams were folded.
    ADD COLUMN horizon bigint,
    -- The virtual shards of this database as they were then.
    ADD COLUMN shards  text;

CREATE FUNCTION shards_here() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(md5(string_agg(id || state, ',' ORDER BY id)), '') FROM public.virtual_shard
$$;

-- The streams that their copies are behind of. Rows that came with a virtual shard, or went, are not found by events: the
-- rebuild is then not to be trusted.
CREATE FUNCTION rebuild_moved(p_id uuid) RETURNS uuid[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF EXISTS (SELECT FROM public.virtual_shard WHERE state <> 'here')
        OR (SELECT shards FROM public.rebuild WHERE id = p_id) <> public.shards_here()
    THEN
        RAISE EXCEPTION 'athletes have moved to or from this database' USING ERRCODE = 'ST012';
    END IF;

    RETURN ARRAY(
        SELECT DISTINCT e.stream_id FROM public.mt_events e
        WHERE e.seq_id > (SELECT horizon FROM public.rebuild WHERE id = p_id)
            AND (SELECT s.version FROM public.mt_streams s WHERE s.id = e.stream_id)
                IS DISTINCT FROM (SELECT a.version FROM shadow.activity a WHERE a.id = e.stream_id));
END
$$;
