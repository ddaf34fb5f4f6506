-- What a service may do in its own database. As a superuser, after its migrations. May be repeated.
-- psql -v service=activity -d strava_activity -f grants.sql
\set ON_ERROR_STOP on
\set rw :service _rw
GRANT USAGE ON SCHEMA public TO :"rw";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO :"rw";
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO :"rw";
REVOKE INSERT, UPDATE, DELETE ON schema_migration FROM :"rw";

-- Rebuilds: the functions make, swap and drop copies of the tables that migrations have named, and of no others.
SELECT format('REVOKE INSERT, UPDATE, DELETE ON rebuild_table FROM %I', :'rw'),
       format('GRANT EXECUTE ON FUNCTION rebuild_begin, rebuild_swap, rebuild_end TO %I', :'rw')
WHERE to_regclass('public.rebuild_table') IS NOT NULL
\gexec

-- Above every timeout of ours, so that only what nobody waits for any more is ended. Refilling the boards of a million
-- athletes is one statement of some minutes; so is marking all activities after a rebuild.
SELECT format(
    'ALTER ROLE %I IN DATABASE %I SET statement_timeout = %L',
    :'rw', current_database(), CASE WHEN :'service' IN ('leaderboard', 'locallegend') THEN '310s' ELSE '20s' END),
    -- An idle transaction would hold back what the relay may call settled.
    format('ALTER ROLE %I IN DATABASE %I SET idle_in_transaction_session_timeout = %L', :'rw', current_database(), '15s')
\gexec

-- Events are the truth: written once, never changed, never deleted, by nobody but a migration.
SELECT format('REVOKE UPDATE, DELETE ON mt_events FROM %I', :'rw'),
       format('REVOKE DELETE ON mt_streams FROM %I', :'rw'),
       -- Marten's functions, for a Marten beside the service: what they may change is still what the role may.
       format(
           'GRANT EXECUTE ON FUNCTION mt_quick_append_events, mt_mark_event_progression, mt_mark_progression_with_skip TO %I', :'rw'),
       -- The relay must see when other sessions' transactions began, or it would wait at every gap for ever.
       format('GRANT pg_read_all_stats TO %I', :'rw')
WHERE to_regclass('public.mt_events') IS NOT NULL
\gexec

-- What is final stays, and who was told of a completion is not told again: their triggers and keys say so, and so does this.
SELECT format('REVOKE UPDATE, DELETE ON challenge_final_page, challenge_final_athlete, challenge_completion FROM %I', :'rw'),
       format('REVOKE DELETE ON challenge, challenge_correction FROM %I', :'rw')
WHERE to_regclass('public.challenge_final_page') IS NOT NULL
\gexec

-- The one table that the running service may add partitions to, and only through this.
SELECT format('GRANT EXECUTE ON FUNCTION live_buffer_partitions TO %I', :'rw')
WHERE to_regclass('public.live_buffer') IS NOT NULL
\gexec

-- The archive's functions verify before they change an event, and are the maintenance role's alone.
\set maintenance :service _maintenance
SELECT format('REVOKE INSERT, UPDATE, DELETE ON archive_object FROM %I', :'rw'),
       format('GRANT USAGE ON SCHEMA public TO %I', :'maintenance'),
       format('GRANT SELECT ON mt_events, mt_streams, activity, archive_object TO %I', :'maintenance'),
       format('GRANT EXECUTE ON FUNCTION archive_begin, archive_events, archive_restore, archive_drop, archive_forget TO %I',
           :'maintenance'),
       format('ALTER ROLE %I IN DATABASE %I SET statement_timeout = %L', :'maintenance', current_database(), '20s'),
       format('ALTER ROLE %I IN DATABASE %I SET idle_in_transaction_session_timeout = %L',
           :'maintenance', current_database(), '15s')
WHERE to_regclass('public.archive_object') IS NOT NULL
\gexec

-- Where a virtual shard is, the mover alone says: the maintenance role. It adds copied rows, and removes them through the function
-- that verifies that they have left.
SELECT to_regclass('public.shard_map') IS NOT NULL AS has_shards \gset
\if :has_shards
REVOKE INSERT, UPDATE, DELETE ON shard_map, shard_move, virtual_shard, moved_range FROM :"rw";
REVOKE UPDATE, DELETE ON activity_home FROM :"rw";
SELECT format('GRANT SELECT, INSERT ON %I TO %I', name, :'maintenance') FROM shard_tables()
\gexec
GRANT UPDATE ON friendship_copy TO :"maintenance";
GRANT SELECT ON mt_event_progression TO :"maintenance";
GRANT SELECT, UPDATE ON shard_map TO :"maintenance";
GRANT SELECT, INSERT, UPDATE ON virtual_shard TO :"maintenance";
GRANT SELECT, INSERT, DELETE ON shard_move TO :"maintenance";
GRANT SELECT, INSERT ON moved_range TO :"maintenance";
GRANT USAGE ON SEQUENCE mt_events_sequence TO :"maintenance";
GRANT EXECUTE ON FUNCTION remove_shard TO :"maintenance";
\endif
