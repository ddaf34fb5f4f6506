# shellcheck shell=bash disable=SC2154
# Redis for server.sh. Memory first, and an append-only file synced every second, as it runs in production.

redis_connection() { say "127.0.0.1:$STRAVA_PORT_REDIS"; }
redis_ports() { need_port redis "$STRAVA_PORT_REDIS" STRAVA_PORT_REDIS; }

redis_start() {
    mkdir -p "$STRAVA_STATE/redis"
    launch redis redis-server --bind 127.0.0.1 --port "$STRAVA_PORT_REDIS" --dir "$STRAVA_STATE/redis" \
        --appendonly yes --appendfsync everysec --save '' --maxmemory-policy noeviction --daemonize no
}

# Answers -LOADING until the file is read.
redis_ready() { [[ $(talk "$STRAVA_PORT_REDIS" 'PING\r\n' 5) == +PONG ]]; }
redis_stop() { end redis TERM 15; }
redis_cli() { redis-cli -h 127.0.0.1 -p "$STRAVA_PORT_REDIS" "$@"; }
