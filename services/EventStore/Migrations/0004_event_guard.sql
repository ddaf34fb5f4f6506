-- Events are written once. Even the owner of the table (a migration, a session by hand) changes none by mistake: only
-- within a transaction that has said so, SET LOCAL strava.maintenance = 'on'. Functions for maintenance do that themselves;
-- they are SECURITY DEFINER, of the owner, and check first. Saying it as anybody else changes nothing.
CREATE FUNCTION refuse_event_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('strava.maintenance', true) = 'on'
        AND (SELECT pg_get_userbyid(c.relowner) FROM pg_catalog.pg_class AS c WHERE c.oid = TG_RELID) = current_user
    THEN
        RETURN NULL;
    END IF;

    RAISE EXCEPTION '% of events refused: they are written once and never changed.', TG_OP
        USING ERRCODE = 'insufficient_privilege',
              HINT = 'Maintenance runs as the owner of mt_events, with SET LOCAL strava.maintenance = ''on''.';
END
$$;

-- For the statement, not the row: an append never pays, and one that finds no row is refused too.
CREATE TRIGGER events_are_written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON mt_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_event_change();
