#!/usr/bin/env bash
# redis.sh [users]: starts Redis with the users of deploy/redis/permissions.txt and "admin" for its own command line; with
# the word only prints them. The file holds digests, not passwords.
set -euo pipefail
permissions=${PERMISSIONS:-/deploy/redis/permissions.txt}

secret() { local variable=STRAVA_SECRET_${1//-/_}; variable=${variable^^}; printf '%s' "${!variable:?}"; }
user() { printf 'user %s reset on #%s %s\n' "$1" "$(secret "redis-$1" | sha256sum | cut -c 1-64)" "$2"; }

users() {
    local name rules
    user admin '~* &* +@all'
    while read -r name rules; do
        case $name in '#'* | '') continue ;; esac
        user "$name" "$rules"
    done < "$permissions"
}

if [ "${1:-}" = users ]; then
    users
    exit
fi
(umask 077; users > /data/users.acl)
exec docker-entrypoint.sh redis-server --aclfile /data/users.acl \
    --appendonly yes --appendfsync everysec --save '' --maxmemory-policy noeviction
