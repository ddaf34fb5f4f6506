#!/usr/bin/env bash
# watch-owner.sh PID: in the background, deletes the state folder with all that runs from it once that process is
# gone, so that a killed test run leaves no servers behind. Ends by itself when the folder is deleted before.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

if [ -z "${2:-}" ]; then
    birth=$(started "$1") || fail "there is no process $1"
    make_state
    setsid "$0" "$1" "$birth" < /dev/null >> "$logs/watch-owner.log" 2>&1 &
    disown
    exit
fi

while [ -d "$STRAVA_STATE" ]; do
    [ "$(started "$1" || true)" = "$2" ] || exec "$native/stack.sh" reset
    sleep 1
done
