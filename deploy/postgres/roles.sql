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

-- Moves old points to the archive and back, and virtual shards between databases, through functions that verify; nobody else
-- may call them. It cannot log in until it has a password: -v maintenance_password=...
\set maintenance :service _maintenance
SELECT format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT 20', :'maintenance')
WHERE :'service' = 'activity' AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'maintenance')
\gexec
SELECT format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO %I', current_database(), :'maintenance') WHERE :'service' = 'activity'
\gexec
\if :{?maintenance_password}
SELECT format('ALTER ROLE %I LOGIN PASSWORD %L', :'maintenance', :'maintenance_password') WHERE :'service' = 'activity'
\gexec
\endif
-- What an installation from before these roles made; sequences of columns follow their table.
SELECT format('ALTER %s %s OWNER TO %I', CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.oid::regclass, :'owner')
FROM pg_class c
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'S')
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('a', 'i') AND d.classid = 'pg_class'::regclass)
\gexec
-- A function that runs as its owner must run as the owner of the tables.
SELECT format('ALTER FUNCTION %s OWNER TO %I', p.oid::regprocedure, :'owner')
FROM pg_proc p
WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e' AND d.classid = 'pg_proc'::regclass)
\gexec
