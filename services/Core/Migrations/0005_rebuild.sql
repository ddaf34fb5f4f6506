-- A read model is rebuilt beside the live one (docs/decisions/0013): copies in "shadow" are filled, compared and swapped in;
-- what was live waits in "retired" until it is dropped. One rebuild a database at a time.
CREATE SCHEMA shadow;
CREATE SCHEMA retired;

-- What may be rebuilt. Migrations alone write it: a service may swap nothing else (its events, say).
CREATE TABLE rebuild_table (
    name            text PRIMARY KEY,
    key_columns     text[] NOT NULL,
    -- A newer version in the copy is no difference while the other columns agree: not every event is told.
    version_column  text,
    -- Not compared: may lawfully differ.
    ignored_columns text[] NOT NULL DEFAULT '{}',
    -- One row for each activity that was told: fewer would show that the copy cannot be trusted.
    holds_all       boolean NOT NULL DEFAULT false,
    -- False: the copy only takes what the projection writes there, and is dropped in the end.
    is_swapped      boolean NOT NULL DEFAULT true
);

-- filling -> verifying -> swapped -> done; from the first two also cancelled and failed. The state says how to go on after
-- a kill: each step commits together with it.
CREATE TABLE rebuild (
    id                 uuid PRIMARY KEY,
    state              text NOT NULL DEFAULT 'filling'
        CHECK (state IN ('filling', 'verifying', 'swapped', 'done', 'cancelled', 'failed')),
    -- Everything up to this id is in the copies.
    after              uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    told               bigint NOT NULL DEFAULT 0,
    total              bigint,
    -- Stop instead of swapping when live and copy differ.
    refuse_differences boolean NOT NULL,
    differences        bigint,
    examples           jsonb,
    reason             text,
    started_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    moved_at           timestamptz NOT NULL DEFAULT clock_timestamp(),
    swapped_at         timestamptz,
    ended_at           timestamptz
);
CREATE UNIQUE INDEX rebuild_one_at_a_time ON rebuild ((true)) WHERE state IN ('filling', 'verifying', 'swapped');

-- First in each transaction that writes what may be rebuilt: is it to write the copies too? Whoever believed something
-- else is refused, and asks again.
CREATE FUNCTION rebuild_expect(expected uuid) RETURNS void LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF (SELECT id FROM rebuild WHERE state IN ('filling', 'verifying')) IS DISTINCT FROM expected THEN
        RAISE EXCEPTION 'a rebuild has begun or ended' USING ERRCODE = 'ST010';
    END IF;
END
$$;

-- The columns and indexes of a table, in one text.
CREATE FUNCTION rebuild_shape(p_table regclass) RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT concat_ws(E'\n',
        (SELECT string_agg(concat_ws(' ', attname, atttypid::regtype, attnotnull, attgenerated), ',' ORDER BY attnum)
         FROM pg_attribute WHERE attrelid = p_table AND attnum > 0 AND NOT attisdropped),
        (SELECT string_agg(relname, ',' ORDER BY relname) FROM pg_index JOIN pg_class ON oid = indexrelid WHERE indrelid = p_table))
$$;

-- Empty copies with the same columns, constraints, indexes (of the same names: swapped in, they are what migrations and
-- error messages call them), settings and rights. All or nothing, with the row that says so.
CREATE FUNCTION rebuild_begin(p_id uuid, p_refuse_differences boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    v_table text;
    v_live  regclass;
    v_does  text;
BEGIN
    INSERT INTO rebuild (id, refuse_differences) VALUES (p_id, p_refuse_differences);
    FOR v_table IN SELECT name FROM rebuild_table ORDER BY name LOOP
        v_live := format('public.%I', v_table)::regclass;
        EXECUTE format('CREATE TABLE shadow.%I (LIKE public.%1$I INCLUDING ALL EXCLUDING INDEXES)', v_table);
        FOR v_does IN
            SELECT format('ALTER TABLE shadow.%I ADD CONSTRAINT %I %s', v_table, conname, pg_get_constraintdef(oid))
            FROM pg_constraint WHERE conrelid = v_live AND contype IN ('p', 'u', 'x', 'f')
            UNION ALL
            SELECT replace(
                pg_get_indexdef(indexrelid), format(' ON public.%I USING ', v_table), format(' ON shadow.%I USING ', v_table))
            FROM pg_index i
            WHERE indrelid = v_live AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.conrelid = v_live)
            UNION ALL
            SELECT format('ALTER TABLE shadow.%I SET (%s)', v_table, array_to_string(reloptions, ', '))
            FROM pg_class WHERE oid = v_live AND reloptions IS NOT NULL
            UNION ALL
            SELECT format('GRANT USAGE ON SCHEMA shadow, retired TO %1$s; GRANT %2$s ON shadow.%3$I TO %1$s',
                grantee::regrole, string_agg(privilege_type, ', '), v_table)
            FROM pg_class, aclexplode(relacl) WHERE oid = v_live AND grantee NOT IN (0, relowner) GROUP BY grantee
        LOOP
            EXECUTE v_does;
        END LOOP;
    END LOOP;
    -- A schema that a role may not use is passed over in its search_path without a word.
    IF NOT has_schema_privilege(session_user, 'shadow', 'USAGE') THEN
        RAISE EXCEPTION '% may not write the copies', session_user USING ERRCODE = 'insufficient_privilege';
    END IF;
END
$$;

-- Where live and copy differ: how many rows, and which are the first few. As the caller: reads only.
CREATE FUNCTION rebuild_compare(OUT differences bigint, OUT examples jsonb) LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public AS $$
DECLARE
    v_table    rebuild_table%ROWTYPE;
    v_columns  text[];
    v_newer    text;
    v_count    bigint;
    v_examples jsonb;
BEGIN
    differences := 0;
    examples := '[]';
    FOR v_table IN SELECT * FROM rebuild_table WHERE is_swapped ORDER BY name LOOP
        SELECT array_agg(quote_ident(attname) ORDER BY attnum) INTO v_columns
        FROM pg_attribute
        WHERE attrelid = format('public.%I', v_table.name)::regclass AND attnum > 0 AND NOT attisdropped
            AND attname <> ALL (v_table.ignored_columns) AND attname IS DISTINCT FROM v_table.version_column;
        v_newer := CASE WHEN v_table.version_column IS NULL THEN 'false'
            ELSE format('live.%1$I > copy.%1$I', v_table.version_column) END;
        EXECUTE format(
            $sql$
            WITH different AS (
                SELECT jsonb_build_object('table', %1$L, 'key', to_jsonb(ROW(%2$s)), 'is', CASE
                    WHEN copy.%3$s IS NULL THEN 'only live' WHEN live.%3$s IS NULL THEN 'missing live'
                    WHEN %4$s THEN 'newer live' ELSE 'other live' END) AS one
                FROM public.%5$I live FULL JOIN shadow.%5$I copy USING (%2$s)
                WHERE copy.%3$s IS NULL OR live.%3$s IS NULL OR %4$s OR ROW(%6$s) IS DISTINCT FROM ROW(%7$s))
            SELECT (SELECT count(*) FROM different), (SELECT jsonb_agg(one) FROM (SELECT one FROM different LIMIT 10) few)
            $sql$,
            v_table.name, (SELECT string_agg(quote_ident(k), ', ') FROM unnest(v_table.key_columns) k),
            quote_ident(v_table.key_columns[1]), v_newer, v_table.name,
            (SELECT string_agg('live.' || c, ', ') FROM unnest(v_columns) c),
            (SELECT string_agg('copy.' || c, ', ') FROM unnest(v_columns) c))
        INTO v_count, v_examples;
        differences := differences + v_count;
        IF v_table.holds_all THEN
            EXECUTE format('SELECT count(*) FROM shadow.%I', v_table.name) INTO v_count;
            IF v_count < (SELECT told FROM rebuild WHERE state = 'verifying') THEN
                RAISE EXCEPTION 'the copy of % holds % activities, fewer than were told', v_table.name, v_count USING ERRCODE = 'ST012';
            END IF;
        END IF;
        examples := examples || coalesce(v_examples, '[]');
    END LOOP;
END
$$;

-- Copies become live, live becomes retired, in one moment. Gives up (55P03) rather than let readers queue behind it.
CREATE FUNCTION rebuild_swap(p_id uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '500ms' AS $$
DECLARE
    v_table text;
    v_does  text;
BEGIN
    UPDATE rebuild SET state = 'swapped', swapped_at = clock_timestamp(), moved_at = clock_timestamp()
    WHERE id = p_id AND state = 'verifying';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the rebuild % is not to be swapped', p_id USING ERRCODE = 'ST011';
    END IF;

    FOR v_table IN SELECT name FROM rebuild_table WHERE is_swapped ORDER BY name LOOP
        EXECUTE format('LOCK TABLE public.%1$I, shadow.%1$I IN ACCESS EXCLUSIVE MODE', v_table);
        -- A migration may have come between.
        IF rebuild_shape(format('public.%I', v_table)::regclass) <> rebuild_shape(format('shadow.%I', v_table)::regclass) THEN
            RAISE EXCEPTION 'the table % has changed since the rebuild began', v_table USING ERRCODE = 'ST012';
        END IF;
    END LOOP;

    -- Triggers only now: they are for who writes live.
    FOR v_does IN
        SELECT replace(pg_get_triggerdef(g.oid), format(' ON public.%I ', name), format(' ON shadow.%I ', name))
        FROM rebuild_table JOIN pg_trigger g ON tgrelid = format('public.%I', name)::regclass WHERE is_swapped AND NOT tgisinternal
    LOOP
        EXECUTE v_does;
    END LOOP;

    FOR v_table IN SELECT name FROM rebuild_table WHERE is_swapped ORDER BY name LOOP
        EXECUTE format('ALTER TABLE public.%I SET SCHEMA retired', v_table);
        EXECUTE format('ALTER TABLE shadow.%I SET SCHEMA public', v_table);
    END LOOP;
END
$$;

-- The end, whichever it is: drops what is left over. Before the swap live has not been touched.
CREATE FUNCTION rebuild_end(p_id uuid, p_state text, p_reason text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    v_table text;
BEGIN
    UPDATE rebuild SET state = p_state, reason = p_reason, ended_at = clock_timestamp()
    WHERE id = p_id AND CASE WHEN p_state = 'done' THEN state = 'swapped' ELSE state IN ('filling', 'verifying') END;
    IF NOT FOUND THEN
        RETURN false;
    END IF;

    FOR v_table IN SELECT name FROM rebuild_table ORDER BY name LOOP
        EXECUTE format('DROP TABLE IF EXISTS shadow.%1$I, retired.%1$I', v_table);
    END LOOP;
    RETURN true;
END
$$;

-- deploy/postgres/grants.sql gives them to the service's role.
REVOKE EXECUTE ON FUNCTION rebuild_begin(uuid, boolean), rebuild_swap(uuid), rebuild_end(uuid, text, text) FROM PUBLIC;
