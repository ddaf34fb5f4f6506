#!/usr/bin/env bash
# databases.sh create|grant: for each service its database with its two roles (before the migrations), and what the role
# that serves may do (after them). Runs where psql is, as the superuser that PGHOST, PGUSER, PGPASSWORD name; may be repeated.
set -euo pipefail
scripts=${SCRIPTS:-/deploy/postgres}

# secret NAME: STRAVA_SECRET_POSTGRES_FEED_RW for postgres-feed-rw.
secret() { local variable=STRAVA_SECRET_${1//-/_}; variable=${variable^^}; printf '%s' "${!variable:?}"; }

in_service() {
    local service=$1 file=$2
    psql -X -q -d "strava_$service" -v service="$service" \
        -v owner_password="$(secret "postgres-$service-owner")" -v rw_password="$(secret "postgres-$service-rw")" \
        -f "$scripts/$file" > /dev/null
}

for service in activity athlete feed leaderboard locallegend; do
    case ${1:-} in
        create)
            printf "select 'create database strava_%s' where not exists (select from pg_database where datname = 'strava_%s')\n\\gexec\n" \
                "$service" "$service" | psql -X -q -d postgres > /dev/null
            in_service "$service" roles.sql
            ;;
        grant) in_service "$service" grants.sql ;;
        *) echo "usage: databases.sh create|grant" >&2; exit 1 ;;
    esac
done
