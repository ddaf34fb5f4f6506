#!/usr/bin/env bash
# watch-owner.sh PID: deletes the state folder with all that runs from it once that process is gone, so that a
# killed test run leaves no servers behind. Ends by itself when the folder is deleted before.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
birth=$(started "$1") || birth=gone
while [ -d "$STRAVA_STATE" ]; do
    if [ "$(started "$1" || echo gone)" != "$birth" ] || [ "$birth" = gone ]; then
        exec "$native/stack.sh" reset
    fi
    sleep 1
done
