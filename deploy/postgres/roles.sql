-- The roles of one service, and its database handed to the owner role. As a superuser, in the service's database, before
-- its migrations. May be repeated.
-- psql -v service=activity -v owner_password=... -v rw_password=... -d strava_activity -f roles.sql
\set ON_ERROR_STOP on
\set owner :service _owner
\set rw :service _rw
SELECT format('CREATE ROLE %I', name) FROM unnest(ARRAY[:'owner', :'rw']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec
-- Migrations only.
ALTER ROLE :"owner" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'owner_password';
-- The running service.
ALTER ROLE :"rw" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT 120 PASSWORD :'rw_password';

SELECT format('ALTER DATABASE %I OWNER TO %I', current_database(), :'owner'),
       format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database()),
       format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), :'rw')
\gexec
ALTER SCHEMA public OWNER TO :"owner";
-- What an installation from before these roles made; sequences of columns follow their table.
SELECT format('ALTER %s %s OWNER TO %I', CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.oid::regclass, :'owner')
FROM pg_class c
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'S')
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('a', 'i') AND d.classid = 'pg_class'::regclass)
\gexec
