#!/usr/bin/env bash
# secrets.sh [FILE]: makes the passwords that compose.yaml asks for, in .env beside it, once. They are named as make run
# names its own: STRAVA_SECRET_POSTGRES_FEED_RW is what lies in .state/secrets/postgres-feed-rw there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd -P)
file=${1:-$here/.env}
[ ! -e "$file" ] || { echo "$file is there already; delete it (and the volumes) for new passwords" >&2; exit 1; }

names=(postgres redis-admin redis-default)
for service in activity athlete feed leaderboard locallegend; do
    names+=("postgres-$service-owner" "postgres-$service-rw" "rabbitmq-$service")
done
umask 077
for name in "${names[@]}"; do
    variable=${name//-/_}
    printf 'STRAVA_SECRET_%s=%s\n' "${variable^^}" "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')"
done > "$file"
echo "passwords are in $file"
