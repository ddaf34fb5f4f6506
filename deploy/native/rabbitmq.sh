# shellcheck shell=bash disable=SC2154
# RabbitMQ for server.sh: a node of its own beside any system one, with its own epmd, cookie, user and data.

rabbit_home=$STRAVA_STATE/rabbitmq
rabbit_bin=/usr/lib/rabbitmq/bin
rabbit_user=strava

rabbitmq_connection() {
    say "amqp://$rabbit_user:$(secret rabbitmq)@127.0.0.1:$STRAVA_PORT_RABBITMQ/"
}

rabbitmq_ports() {
    need_port rabbitmq "$STRAVA_PORT_RABBITMQ" STRAVA_PORT_RABBITMQ
    need_port "rabbitmq's distribution" "$STRAVA_PORT_RABBITMQ_DIST" STRAVA_PORT_RABBITMQ_DIST
    if ! running epmd; then need_port epmd "$STRAVA_PORT_EPMD" STRAVA_PORT_EPMD; fi
}

# Everything that would otherwise come from /etc/rabbitmq and /var/lib/rabbitmq. The scripts under /usr/lib are
# called because the ones in /usr/sbin insist on the rabbitmq account. The node is named after the state folder:
# its data folder bears that name.
rabbit_env() {
    local id
    id=$(printf '%s' "$STRAVA_STATE" | sha256sum | cut -c 1-8)
    export HOME=$rabbit_home
    export ERL_EPMD_PORT=$STRAVA_PORT_EPMD ERL_EPMD_ADDRESS=127.0.0.1
    export RABBITMQ_NODENAME=strava-$id@localhost
    export RABBITMQ_DIST_PORT=$STRAVA_PORT_RABBITMQ_DIST
    export RABBITMQ_MNESIA_BASE=$rabbit_home/data RABBITMQ_LOG_BASE=$rabbit_home/log RABBITMQ_LOGS=-
    export RABBITMQ_CONF_ENV_FILE=$rabbit_home/env.conf
    export RABBITMQ_CONFIG_FILE=$rabbit_home/rabbitmq.conf
    export RABBITMQ_ADVANCED_CONFIG_FILE=$rabbit_home/advanced.config
    export RABBITMQ_ENABLED_PLUGINS_FILE=$rabbit_home/enabled_plugins
    export ERL_CRASH_DUMP_BYTES=0
}

rabbit_configure() {
    mkdir -p "$rabbit_home/data" "$rabbit_home/log"
    chmod 700 "$rabbit_home"
    if [ ! -s "$rabbit_home/.erlang.cookie" ]; then
        secret erlang > "$rabbit_home/.erlang.cookie"
    fi
    chmod 400 "$rabbit_home/.erlang.cookie"
    : > "$rabbit_home/env.conf"
    echo '[].' > "$rabbit_home/enabled_plugins"
    echo '[].' > "$rabbit_home/advanced.config"
    # The write-ahead log is kept in memory up to its size: the default of 512 MB is for bigger machines.
    cat > "$rabbit_home/rabbitmq.conf" << CONF
listeners.tcp.local = 127.0.0.1:$STRAVA_PORT_RABBITMQ
num_acceptors.tcp = 2
default_user = $rabbit_user
default_pass = $(secret rabbitmq)
vm_memory_high_watermark.absolute = 1GB
disk_free_limit.absolute = 500MB
raft.wal_max_size_bytes = 67108864
log.console = true
log.console.level = info
log.file = false
CONF
    chmod 600 "$rabbit_home/rabbitmq.conf"
}

rabbitmq_start() {
    rabbit_configure
    rabbit_env
    cd "$rabbit_home" || exit
    # Left to itself the node would start an epmd that nobody ends.
    if ! running epmd; then launch epmd epmd -port "$STRAVA_PORT_EPMD" -address 127.0.0.1; fi
    await epmd 10 listening "$STRAVA_PORT_EPMD"
    # ALLOW_INPUT makes the script become the node instead of watching over it; without busy waiting of its
    # schedulers an idle node leaves a small machine's cores alone.
    export RABBITMQ_ALLOW_INPUT=1
    export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-noinput +sbwt none +sbwtdcpu none +sbwtdio none"
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS+=" -kernel inet_dist_use_interface {127,0,0,1}"
    launch rabbitmq "$rabbit_bin/rabbitmq-server"
}

# The broker opens its port last and then greets every client with a frame of type 1. The other two ports are
# looked at because a node that runs with others than we are told now has to be restarted.
rabbitmq_ready() {
    listening "$STRAVA_PORT_EPMD" && listening "$STRAVA_PORT_RABBITMQ_DIST" \
        && [ "$(talk "$STRAVA_PORT_RABBITMQ" 'AMQP\x00\x00\x09\x01' 1)" = $'\x01' ]
}

# A node that was killed while it made a quorum queue comes back with that queue as a follower in term 0, and such a
# member waits for ever for somebody to start the first election: every publish to it hangs, a restart changes
# nothing (seen with 3.10.8; Ra sets no election timeout in term 0). One member is its own majority, so this is safe.
rabbitmq_mend() {
    local elect="[ra:trigger_election({Queue, node()}) || {Queue, follower} <- ets:tab2list(ra_state)]"
    rabbitmq_cli eval "$elect, ok." > /dev/null || say "    (its queues could not be looked at; see docs/operations.md)"
}

rabbitmq_stop() {
    end rabbitmq TERM 30
    end epmd TERM 5
}

# rabbitmqctl by default; `server.sh rabbitmq cli diagnostics ...` for rabbitmq-diagnostics.
rabbitmq_cli() {
    local tool=rabbitmqctl
    if [ "${1:-}" = diagnostics ]; then
        tool=rabbitmq-diagnostics
        shift
    fi
    running epmd || fail "rabbitmq is not running"
    rabbit_env
    timeout 60 "$rabbit_bin/$tool" "$@"
}
