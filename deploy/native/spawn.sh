#!/usr/bin/env bash
# spawn.sh NAME COMMAND...: notes its pid in the state folder and becomes COMMAND.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
name=$1
shift

# A server that holds its starter's pipes would keep `make run | tee` from ending.
for fd in /proc/self/fd/*; do
    fd=${fd##*/}
    if [ "$fd" -gt 2 ]; then eval "exec $fd>&-" 2> /dev/null || true; fi
done

echo "$$ $(started $$)" > "$run/$name.pid.new"
mv "$run/$name.pid.new" "$run/$name.pid"
exec "$@"
