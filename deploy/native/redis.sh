# shellcheck shell=bash disable=SC2154
# Redis for server.sh. Memory first, and an append-only file synced every second, as it runs in production. The service
# may do what deploy/redis/permissions.txt says; "admin" is for redis_cli alone.

redis_connection() { say "127.0.0.1:$STRAVA_PORT_REDIS,password=$(secret redis-default)"; }
redis_ports() { need_port redis "$STRAVA_PORT_REDIS" STRAVA_PORT_REDIS; }

# The file holds digests, not passwords.
redis_user() { say "user $1 reset on #$(secret "redis-$1" | sha256sum | cut -c 1-64) $2"; }

redis_users() {
    local name rules
    redis_user admin '~* &* +@all'
    while read -r name rules; do
        case $name in '#'* | '') continue ;; esac
        redis_user "$name" "$rules"
    done < "$repo/deploy/redis/permissions.txt"
}

redis_start() {
    mkdir -p "$STRAVA_STATE/redis"
    (umask 077; redis_users > "$STRAVA_STATE/redis/users.acl")
    launch redis redis-server --bind 127.0.0.1 --port "$STRAVA_PORT_REDIS" --dir "$STRAVA_STATE/redis" \
        --aclfile "$STRAVA_STATE/redis/users.acl" \
        --appendonly yes --appendfsync everysec --save '' --maxmemory-policy noeviction --daemonize no
}

# The password goes by the environment: a command line can be read by everybody on the machine.
redis_as_admin() { REDISCLI_AUTH=$(secret redis-admin) "$@"; }
redis_cli() { redis_as_admin redis-cli --user admin -h 127.0.0.1 -p "$STRAVA_PORT_REDIS" "$@"; }

# Answers LOADING until the file is read.
redis_ready() {
    [[ $(redis_as_admin timeout 3 redis-cli --user admin -h 127.0.0.1 -p "$STRAVA_PORT_REDIS" ping) == PONG ]]
}
redis_stop() { end redis TERM 15; }
