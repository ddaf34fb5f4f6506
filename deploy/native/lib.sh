# shellcheck shell=bash
# Shared by the scripts here: paths, messages, and how a process of ours is started, recognised and ended.
# It needs bash, coreutils and util-linux only: a bare machine has no curl, ss or ps.

native=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
repo=$(cd "$native/../.." && pwd -P)
STRAVA_STATE=$(realpath -m "${STRAVA_STATE:-$repo/.state}")
export STRAVA_STATE
# The environment wins over the ports that this state folder was last started with, and those over the defaults.
# shellcheck source=/dev/null
if [ -r "$STRAVA_STATE/ports.env" ]; then . "$STRAVA_STATE/ports.env"; fi
# shellcheck source=ports.env
. "$native/ports.env"
umask 022
run=$STRAVA_STATE/run
logs=$STRAVA_STATE/logs
marker=$STRAVA_STATE/.strava-state

say() { printf '%s\n' "$*"; }
step() { printf '==> %s\n' "$*"; }
fail() { printf '\nFAILED: %s\n' "$*" >&2; exit 1; }

# The marker is what lets `reset` delete the folder: we never adopt one that was there before us.
make_state() {
    if [ ! -e "$marker" ]; then
        # Looked for again: two servers of ours may start in the same new folder at once.
        if [ -d "$STRAVA_STATE" ] && [ -n "$(ls -A "$STRAVA_STATE")" ] && [ ! -e "$marker" ]; then
            fail "$STRAVA_STATE has files that are not ours. Choose an empty folder with STRAVA_STATE=..."
        fi
        mkdir -p "$STRAVA_STATE"
        echo "State of the development servers; 'make reset' deletes this folder." > "$marker"
    fi
    mkdir -p "$run" "$logs"
    (umask 077; mkdir -p "$STRAVA_STATE/secrets")
    local variable
    for variable in "${!STRAVA_PORT_@}"; do
        # shellcheck disable=SC2016 # the reader expands it
        printf ': "${%s:=%s}"\n' "$variable" "${!variable}"
    done > "$STRAVA_STATE/ports.env.$$"
    mv "$STRAVA_STATE/ports.env.$$" "$STRAVA_STATE/ports.env"
}

# secret NAME: made on first use, the same ever after.
secret() {
    local file=$STRAVA_STATE/secrets/$1
    if [ ! -s "$file" ]; then
        (umask 077; od -An -N24 -tx1 /dev/urandom | tr -d ' \n' > "$file.new" && mv "$file.new" "$file")
    fi
    cat "$file"
}

# started PID: its start time in clock ticks, nothing for a dead one or a zombie.
# Pid and start time together name a process for good: a number used again is never taken for ours.
# A killed process is a zombie as soon as its first thread is gone; while others are left, it holds its ports still.
started() {
    local stat threads
    { stat=$(< "/proc/$1/stat"); } 2> /dev/null || return 1
    threads=(/proc/"$1"/task/*)
    stat=${stat##*) }
    [ "${stat%% *}" != Z ] || [ ${#threads[@]} -gt 1 ] || return 1
    # shellcheck disable=SC2086 # the fields of /proc/PID/stat are to be split
    set -- $stat
    printf '%s\n' "${20}"
}

# pid_of NAME: the pid of our running process of that name; fails when it is not running.
pid_of() {
    local pid start
    { read -r pid start < "$run/$1.pid"; } 2> /dev/null || return 1
    [ -n "$start" ] && [ "$(started "$pid")" = "$start" ] || return 1
    printf '%s\n' "$pid"
}

running() { pid_of "$1" > /dev/null; }

# launch NAME COMMAND...: in the background, in a session of its own, so that it outlives make and its terminal.
launch() {
    rm -f "$run/$1.pid"
    setsid "$native/spawn.sh" "$@" < /dev/null >> "$logs/$1.log" 2>&1 &
    disown
    local tries=0
    until [ -s "$run/$1.pid" ]; do
        [ $((tries += 1)) -lt 100 ] || fail "$1 could not be started; see $logs/$1.log"
        sleep 0.05
    done
}

# end NAME [SIGNAL] [SECONDS]: asks, waits, then kills. Done already is fine.
end() {
    local name=$1 signal=${2:-TERM} seconds=${3:-15} pid deadline
    if pid=$(pid_of "$name"); then
        kill -"$signal" "$pid" 2> /dev/null || true
        kill -CONT "$pid" 2> /dev/null || true
        deadline=$((SECONDS + seconds))
        while running "$name"; do
            if [ $SECONDS -ge $deadline ]; then
                say "    $name did not stop within $seconds s and is killed"
                kill -KILL "$pid" 2> /dev/null || true
                deadline=$((SECONDS + 5))
            fi
            sleep 0.1
        done
    fi
    rm -f "$run/$name.pid"
}

tail_log() {
    say "---- the last lines of $logs/$1.log" >&2
    tail -n "${2:-25}" "$logs/$1.log" >&2 2> /dev/null || true
    say "----" >&2
}

# await NAME SECONDS CHECK...: until CHECK holds; says what to look at when the process dies or the time is over.
await() {
    local name=$1 seconds=$2 deadline=$((SECONDS + $2))
    shift 2
    until "$@" 2> /dev/null; do
        running "$name" || { tail_log "$name"; fail "$name ended while starting; its log is above"; }
        [ $SECONDS -lt $deadline ] || { tail_log "$name"; fail "$name was not ready within $seconds s; its log is above"; }
        sleep 0.1
    done
}

# talk PORT REQUEST [BYTES]: one bounded exchange over TCP, in bash alone; prints what came back (at most BYTES).
talk() {
    # shellcheck disable=SC2016 # the inner bash expands it
    timeout 3 bash -c 'exec 3<> "/dev/tcp/127.0.0.1/$1" && printf "$2" >&3 && head -c "$3" <&3' \
        talk "$1" "$2" "${3:-400}" 2> /dev/null
}

# listening PORT: somebody takes connections there.
listening() {
    # shellcheck disable=SC2016 # the inner bash expands it
    timeout 2 bash -c 'exec 3<> "/dev/tcp/127.0.0.1/$1"' port "$1" 2> /dev/null
}

# need_port NAME PORT VARIABLE: fails with the holder's name when something listens there already.
need_port() {
    if listening "$2"; then
        local who=
        if command -v ss > /dev/null; then
            who=$(ss -Hltnp "sport = :$2" 2> /dev/null | sed -n 's/.*users:((\(.*\)))/ by \1/p' | head -n 1)
        fi
        fail "port $2 for $1 is taken$who. Stop that, or choose another port: make run $3=$(($2 + 1000))"
    fi
}
