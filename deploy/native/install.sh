#!/usr/bin/env bash
# install.sh [browser]: the servers we run, from Debian's packages; also a browser, for the tests of our pages. Nothing is
# started, no system cluster is made, and what was there before stays as it was: we only need the programs. Does nothing
# when they are there.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

no_cluster=/etc/postgresql-common/createcluster.d/strava-no-main-cluster.conf
policy=/usr/sbin/policy-rc.d
policy_mark="# strava: written for the time of one installation"
lock=/run/lock/strava-install.lock
made_directories=()
browser=${1:-}

missing() {
    compgen -G '/usr/lib/postgresql/1[5-9]/bin/postgres' > /dev/null || say postgresql-15
    command -v redis-server > /dev/null || say redis-server
    [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || say rabbitmq-server
    if [ "$browser" = browser ] && [ ! -x "${STRAVA_CHROMIUM:-/usr/bin/chromium}" ]; then say chromium; fi
}

become_root() {
    if [ "$EUID" -eq 0 ]; then return; fi
    if command -v sudo > /dev/null; then
        say "    root is needed for apt-get; asking sudo"
        exec sudo STRAVA_STATE="$STRAVA_STATE" "$native/install.sh" "$@"
    fi
    fail "these Debian packages are missing: $(missing | paste -sd ' ')
    Ask an administrator for: apt-get install --no-install-recommends $(missing | paste -sd ' ')"
}

restore() {
    rm -f "$no_cluster"
    local directory
    for directory in "${made_directories[@]}"; do rmdir "$directory" 2> /dev/null || true; done
    if grep -qsF "$policy_mark" "$policy"; then rm -f "$policy"; fi
}

# postgresql-common reads this folder before it would make the main cluster; a file of our own avoids every question
# about changed configuration files.
forbid_cluster() {
    local directory
    for directory in /etc/postgresql-common /etc/postgresql-common/createcluster.d; do
        if [ ! -d "$directory" ]; then
            mkdir "$directory"
            made_directories=("$directory" "${made_directories[@]}")
        fi
    done
    echo "create_main_cluster = false" > "$no_cluster"
}

# Debian starts a service as it is installed unless this hook says no. An administrator's own hook is never touched.
# Ours speaks for our packages only, and only while this script or the apt-get that it started holds the lock: should
# the script be killed before it can tidy up, the installation still starts nothing and later ones are not hindered.
forbid_starts() {
    if [ -e "$policy" ]; then
        local answer=0
        "$policy" rabbitmq-server start > /dev/null 2>&1 || answer=$?
        [ "$answer" -eq 101 ] || fail "$policy lets services start as they are installed. Install these yourself,
    or move that file away for a moment: $(missing | paste -sd ' ')"
        return
    fi
    cat > "$policy.new" << POLICY
#!/bin/sh
$policy_mark
flock -n $lock true && exit 0
case \$1 in redis* | rabbitmq* | epmd* | postgresql* | cron* | logrotate*) exit 101 ;; esac
exit 0
POLICY
    chmod 755 "$policy.new"
    mv "$policy.new" "$policy"
}

# Installed services are enabled; at the next boot they would take ports and memory that nobody asked for.
disable_at_boot() {
    local unit
    for unit in "$@"; do
        systemctl --quiet disable "$unit" > /dev/null 2>&1 || true
        update-rc.d "${unit%.service}" disable > /dev/null 2>&1 || true
    done
}

apt() {
    timeout "$1" apt-get -q -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3 -o Acquire::http::Timeout=30 \
        -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "${@:2}" < /dev/null >> "$log" 2>&1
}

# What a killed run could not tidy up.
left_over() { [ "$EUID" -eq 0 ] && { [ -e "$no_cluster" ] || grep -qsF "$policy_mark" "$policy"; }; }

if [ -z "$(missing)" ] && ! left_over; then exit 0; fi
become_root "$@"

# Two test runs on a fresh machine must not install at once; the second finds everything there.
exec 9> "$lock"
flock -w 900 9 || fail "another installation has not ended within 15 minutes"
restore
mapfile -t packages < <(missing)
if [ ${#packages[@]} -eq 0 ]; then exit 0; fi

log=$(mktemp /tmp/strava-install.XXXXXX)
step "Installing ${packages[*]} (nothing is started; log: $log)"
had_epmd=$(command -v epmd || true)
trap restore EXIT
trap 'exit 130' INT TERM HUP
case " ${packages[*]} " in *" postgresql-15 "*) forbid_cluster ;; esac
forbid_starts
export DEBIAN_FRONTEND=noninteractive UCF_FORCE_CONFFOLD=1 NEEDRESTART_SUSPEND=1
if ! apt 900 install -y --no-install-recommends "${packages[@]}"; then
    say "    the package lists are old or missing: apt-get update"
    apt 300 update || { tail -n 15 "$log" >&2; fail "apt-get update failed; its last lines are above"; }
    apt 900 install -y --no-install-recommends "${packages[@]}" \
        || { tail -n 25 "$log" >&2; fail "apt-get install failed; its last lines are above"; }
fi
case " ${packages[*]} " in *" redis-server "*) disable_at_boot redis-server.service ;; esac
case " ${packages[*]} " in *" rabbitmq-server "*) disable_at_boot rabbitmq-server.service ;; esac
if [ -z "$had_epmd" ]; then disable_at_boot epmd.socket epmd.service; fi
[ -z "$(missing)" ] || fail "still missing after the installation: $(missing | paste -sd ' '); see $log"
rm -f "$log"
say "    installed"
