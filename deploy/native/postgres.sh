# shellcheck shell=bash disable=SC2154
# Postgres for server.sh: a cluster of our own, TCP on loopback only, one password-protected user.

pg_user=strava

postgres_connection() {
    say "Host=127.0.0.1;Port=$STRAVA_PORT_POSTGRES;Username=$pg_user;Password=$(secret postgres)"
}

postgres_ports() { need_port postgres "$STRAVA_PORT_POSTGRES" STRAVA_PORT_POSTGRES; }

# Postgres refuses to run as root; the package brings an account for it.
as_postgres() {
    if [ "$EUID" -eq 0 ]; then
        setpriv --reuid postgres --regid postgres --init-groups "$@"
    else
        "$@"
    fi
}

# The folder of the cluster. A checkout may lie where the postgres account cannot go (/root, a 0700 home):
# then the cluster lives under /var/lib/strava and the state folder remembers where.
pg_home() {
    local home=$STRAVA_STATE/postgres note=$STRAVA_STATE/postgres.home
    if [ -s "$note" ]; then
        cat "$note"
        return
    fi
    if [ "$EUID" -eq 0 ] && ! (cd / && as_postgres test -x "$STRAVA_STATE"); then
        home=/var/lib/strava/$(printf '%s' "$STRAVA_STATE" | sha256sum | cut -c 1-12)
    fi
    mkdir -p "$home"
    if [ "$EUID" -eq 0 ]; then chown postgres:postgres "$home"; fi
    say "$home" > "$note"
    say "$home"
}

# The version that made the data must serve it.
pg_bin() {
    local version
    for version in "$(cat "$1/data/PG_VERSION" 2> /dev/null)" 15 16 17 18; do
        if [ -n "$version" ] && [ -x "/usr/lib/postgresql/$version/bin/postgres" ]; then
            say "/usr/lib/postgresql/$version/bin"
            return
        fi
    done
    fail "no Postgres server found under /usr/lib/postgresql; run: make install"
}

# Built beside and moved into place, so that a run cut off in the middle leaves no half cluster.
pg_init() {
    local home=$1 bin=$2
    rm -rf "$home/data.new"
    secret postgres > "$home/password"
    chmod 600 "$home/password"
    if [ "$EUID" -eq 0 ]; then chown postgres "$home/password"; fi
    (cd "$home" && as_postgres "$bin/initdb" -D "$home/data.new" -U "$pg_user" --pwfile="$home/password" \
        --auth=scram-sha-256 -E UTF8 --locale=C.UTF-8 >> "$logs/postgres.log" 2>&1) \
        || { tail_log postgres; fail "initdb could not make a cluster in $home"; }
    rm -f "$home/password"
    mv "$home/data.new" "$home/data"
}

# After a crash Postgres may find its old pid in use by a stranger and refuse to start.
pg_forget_stale() {
    local pid
    { read -r pid < "$1/data/postmaster.pid"; } 2> /dev/null || return 0
    tr '\0' ' ' < "/proc/$pid/cmdline" 2> /dev/null | grep -qF -- "-D $1/data" || rm -f "$1/data/postmaster.pid"
}

# After kill -9 the old backends hold the shared memory until they notice, within a few seconds.
pg_wait_for_orphans() {
    local tries=0
    while pg_orphan "$1"; do
        [ $((tries += 1)) -lt 100 ] || fail "processes of an earlier Postgres still use $1/data"
        sleep 0.1
    done
}

pg_orphan() {
    local cwd
    for cwd in /proc/[0-9]*/cwd; do
        if [ "$(readlink "$cwd" 2> /dev/null)" = "$1/data" ]; then return 0; fi
    done
    return 1
}

postgres_start() {
    local home bin
    home=$(pg_home)
    bin=$(pg_bin "$home")
    if [ ! -s "$home/data/PG_VERSION" ]; then pg_init "$home" "$bin"; fi
    pg_wait_for_orphans "$home"
    pg_forget_stale "$home"
    cd "$home" || exit
    # An idle transaction would hold back the horizon that the relay reads up to.
    as_postgres_launch "$bin/postgres" -D "$home/data" -p "$STRAVA_PORT_POSTGRES" \
        -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
        -c max_connections=300 -c shared_buffers=256MB -c max_wal_size=1GB \
        -c fsync=on -c synchronous_commit=on -c full_page_writes=on \
        -c idle_in_transaction_session_timeout=60s -c log_min_duration_statement=1s \
        -c log_line_prefix='%m [%p] %d '
}

as_postgres_launch() {
    if [ "$EUID" -eq 0 ]; then
        launch postgres setpriv --reuid postgres --regid postgres --init-groups "$@"
    else
        launch postgres "$@"
    fi
}

postgres_ready() { postgres_cli -d postgres -qAtc 'select 1' > /dev/null; }

# Fast shutdown: Postgres would wait for its clients on TERM.
postgres_stop() { end postgres INT 30; }

postgres_cli() {
    PGPASSWORD=$(secret postgres) PGCONNECT_TIMEOUT=5 \
        psql -X -h 127.0.0.1 -p "$STRAVA_PORT_POSTGRES" -U "$pg_user" -v ON_ERROR_STOP=1 "$@"
}

postgres_delete() {
    local home
    if [ -s "$STRAVA_STATE/postgres.home" ]; then
        home=$(< "$STRAVA_STATE/postgres.home")
        case $home in "$STRAVA_STATE"/* | /var/lib/strava/*) rm -rf "$home" ;; esac
        if [ -d /var/lib/strava ]; then rmdir --ignore-fail-on-non-empty /var/lib/strava 2> /dev/null || true; fi
    fi
}
