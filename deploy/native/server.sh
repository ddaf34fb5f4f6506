#!/usr/bin/env bash
# server.sh postgres|rabbitmq|redis up|down|kill|freeze|thaw|status|connection|delete|cli ...
# One server of ours under the state folder. Each action may be repeated.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

name=${1:-}
action=${2:-}
case $name in
    postgres) . "$native/postgres.sh" ;;
    rabbitmq) . "$native/rabbitmq.sh" ;;
    redis) . "$native/redis.sh" ;;
    *) fail "usage: server.sh postgres|rabbitmq|redis up|down|kill|freeze|thaw|status|connection|delete|cli" ;;
esac
shift 2 || fail "usage: server.sh $name up|down|kill|freeze|thaw|status|connection|delete|cli"

# The file is written once the server is ready, so a server that is up at other ports is noticed here.
up() {
    local wanted start=$SECONDS again=
    make_state
    wanted=$("${name}_connection")
    if running "$name"; then
        if [ "$(cat "$run/$name.connection" 2> /dev/null)" = "$wanted" ] && "${name}_ready" 2> /dev/null; then
            say "    $name is up already"
            return
        fi
        "${name}_stop"
    fi
    rm -f "$run/$name.connection"
    "${name}_ports"
    if [ "$name" = rabbitmq ] && [ -d "$rabbit_home/data" ]; then again=yes; fi
    "${name}_start"
    await "$name" 60 "${name}_ready"
    if [ "$again" ]; then rabbitmq_mend; fi
    (umask 077; say "$wanted" > "$run/$name.connection")
    say "    $name is ready after $((SECONDS - start)) s"
}

# send SIGNAL: to the server's main process.
send() {
    local pid
    pid=$(pid_of "$name") || fail "$name is not running"
    kill -"$1" "$pid"
}

# Returns when the process is gone; the data stays as the crash left it.
crash() {
    send KILL
    while running "$name"; do sleep 0.05; done
}

case $action in
    up) up ;;
    down) if [ -e "$marker" ]; then "${name}_stop"; rm -f "$run/$name.connection"; fi ;;
    kill) crash ;;
    freeze) send STOP ;;
    thaw) send CONT ;;
    status) if pid=$(pid_of "$name"); then say "up (pid $pid)"; else say "down"; exit 3; fi ;;
    connection) cat "$run/$name.connection" ;;
    # For a folder that is to be thrown away: no time is spent on a clean end, except where it would leak
    # shared memory.
    delete)
        case $name in
            postgres) postgres_stop; postgres_delete ;;
            rabbitmq) end rabbitmq KILL 5; end epmd KILL 5 ;;
            redis) end redis KILL 5 ;;
        esac
        ;;
    cli) "${name}_cli" "$@" ;;
    *) fail "usage: server.sh $name up|down|kill|freeze|thaw|status|connection|delete|cli" ;;
esac
