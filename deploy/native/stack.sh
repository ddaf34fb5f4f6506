#!/usr/bin/env bash
# stack.sh up|stop|status|logs [NAME]|reset|import FILE AS [TYPE]|rebuild NAME: the whole product on this machine.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$native/services.sh"
. "$native/roles.sh"

servers=(postgres redis rabbitmq)

one_at_a_time() {
    exec 8> "$run/lock"
    flock -n 8 || fail "another make run or make stop is at work in $STRAVA_STATE; wait for it to end"
}

server_up() { "$native/server.sh" "$1" up; }
server_down() { "$native/server.sh" "$1" down; }
stop_service() { end "$1" TERM 15; }

# Before minutes are spent on a build.
check_ports() {
    local name
    for name in gateway "${services[@]}"; do
        running "$name" || need_port "$name" "$(port_of "$name")" "$(port_variable "$name")"
    done
    running activity || need_port "activity's management" "$STRAVA_PORT_ACTIVITY_MANAGEMENT" STRAVA_PORT_ACTIVITY_MANAGEMENT
}

up() {
    command -v dotnet > /dev/null || fail "the .NET 10 SDK is missing; see https://dot.net/download"
    make_state
    one_at_a_time
    check_ports
    "$native/install.sh"
    step "Starting Postgres, Redis and RabbitMQ (data and logs: $STRAVA_STATE)"
    together server_up "${servers[@]}" || fail "a server could not be started; the reason is above"
    step "Building the services"
    build_services
    # New code on an old schema, or the other way round, must never serve; what is up is stopped first.
    together stop_service gateway "${services[@]}"
    check_ports
    step "Migrating the databases"
    create_databases
    if ! together create_roles "${services[@]}" || ! create_broker_users; then
        fail "the services' users could not be made; the reason is above"
    fi
    together migrate "${services[@]}" || fail "the migration failed; the reason is above"
    together grant_roles "${services[@]}" || fail "the services' rights could not be set; the reason is above"
    step "Starting the services"
    together start_service gateway "${services[@]}" || fail "a service could not be started; the reason is above"
    together await_service gateway "${services[@]}" \
        || fail "not all services became ready; look at: make logs S=<name>, and end what is up with: make stop"
    step "The stack is up"
    status
    demo
    say
    say "Up at $gateway_url. Next: make status, make logs [S=activity], make import FILE=ride.gpx AS=demo, make stop"
}

replay() {
    local file
    file=$(dll Strava.Replay)
    [ -s "$file" ] || return 3
    dotnet "$file" "$@" < /dev/null
}

demo() {
    [ "${DEMO:-1}" != 0 ] || return 0
    if [ ! -s "$(dll Strava.Replay)" ]; then
        say "    (no demo client built: $(dll Strava.Replay))"
        return
    fi
    step "Demo athletes record and upload"
    replay demo --gateway "$gateway_url" || fail "the demo did not go through; look at: make logs NOFOLLOW=1"
}

status() {
    local name pid where
    printf '    %-12s %-8s %-8s %-32s %s\n' NAME STATE PID URL LOG
    for name in gateway "${services[@]}" "${servers[@]}"; do
        where=$(url_of "$name")
        if pid=$(pid_of "$name"); then
            printf '    %-12s %-8s %-8s %-32s %s\n' "$name" up "$pid" "$where" "$logs/$name.log"
        else
            printf '    %-12s %-8s\n' "$name" down
        fi
    done
}

stop() {
    [ -e "$marker" ] || { say "    nothing was started from $STRAVA_STATE"; return; }
    one_at_a_time
    step "Stopping (the data stays in $STRAVA_STATE)"
    together stop_service gateway "${services[@]}"
    together server_down "${servers[@]}"
}

# Also ends what others noted in the state folder, such as the services of a test run.
reset() {
    local file name
    [ -e "$marker" ] || { say "    no state in $STRAVA_STATE"; return; }
    for file in "$run"/*.pid; do
        name=$(basename "$file" .pid)
        case $name in postgres | redis | rabbitmq | epmd | '*') ;; *) end "$name" KILL 5 ;; esac
    done
    for name in "${servers[@]}"; do "$native/server.sh" "$name" delete; done
    rm -rf "$STRAVA_STATE"
    say "    $STRAVA_STATE is deleted"
}

show_logs() {
    local files=("$logs"/*.log)
    if [ -n "${1:-}" ]; then files=("$logs/$1.log"); fi
    [ -e "${files[0]}" ] || fail "no such log; there are: $(find "$logs" -name '*.log' -printf '%f\n' 2> /dev/null | sort | paste -sd ' ')"
    if [ -n "${NOFOLLOW:-}" ]; then
        tail -n "${LINES_EACH:-200}" "${files[@]}"
    else
        tail -n "${LINES_EACH:-50}" -F "${files[@]}"
    fi
}

import() {
    if [ -z "${1:-}" ] || [ -z "${2:-}" ]; then fail "usage: make import FILE=ride.gpx AS=demo [TYPE=RUN|RIDE]"; fi
    [ -r "$1" ] || fail "cannot read $1"
    running gateway || fail "the stack is not up; start it with: make run"
    local arguments=(import "$(realpath "$1")" --as "$2" --gateway "$gateway_url")
    if [ -n "${3:-}" ]; then arguments+=(--type "$3"); fi
    replay "${arguments[@]}" || fail "the import did not go through; the reason is above"
}

rebuild() {
    case ${1:-} in
        activity | feed | leaderboard | locallegend) ;;
        *) fail "usage: make rebuild S=activity|feed|leaderboard|locallegend" ;;
    esac
    running "$1" || fail "$1 is not up; start the stack with: make run"
    local file
    file=$(dll "${project[$1]}")
    cd "$(dirname "$file")" || exit
    settings "$1"
    # What it says itself, not what it logs.
    Logging__LogLevel__Default=Warning exec dotnet "$file" --rebuild
}

case ${1:-} in
    rebuild) rebuild "${2:-}" ;;
    up | stop | status | reset) "$1" ;;
    logs) show_logs "${2:-}" ;;
    import) import "${@:2}" ;;
    *) fail "usage: stack.sh up|stop|status|logs [NAME]|reset|import FILE AS [TYPE]|rebuild NAME" ;;
esac
