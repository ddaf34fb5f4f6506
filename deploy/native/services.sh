# shellcheck shell=bash disable=SC2154
# Our own services for stack.sh: how each is built, migrated, started and ended.

configuration=${CONFIGURATION:-Release}
artifacts=${ArtifactsPath:-$repo/artifacts}
services=(activity athlete feed leaderboard locallegend)
gateway_url=http://localhost:$STRAVA_PORT_GATEWAY

declare -A project=(
    [activity]=Strava.Activities [athlete]=Strava.Athletes [feed]=Strava.Feeds
    [leaderboard]=Strava.Leaderboards [locallegend]=Strava.LocalLegends [gateway]=Strava.Gateway
)

port_variable() { say "STRAVA_PORT_${1^^}"; }
port_of() { local variable; variable=$(port_variable "$1"); say "${!variable}"; }
# The gateway bears the name that its tokens bear; the others are for this machine only.
url_of() {
    case $1 in
        gateway) say "$gateway_url" ;;
        postgres | redis | rabbitmq) say "127.0.0.1:$(port_of "$1")" ;;
        *) say "http://127.0.0.1:$(port_of "$1")" ;;
    esac
}
dll() { say "$artifacts/bin/$1/${configuration,,}/$1.dll"; }

# Build servers stay in memory after a build; `make stop` is to leave no process behind.
dotnet_quietly() {
    DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1 \
        UseSharedCompilation=false dotnet "$@" < /dev/null
}

build_services() {
    dotnet_quietly build "$repo/deploy/Stack.slnf" -c "$configuration" -v minimal --tl:off -clp:NoSummary \
        || fail "the build failed; its errors are above. What was running still runs."
}

create_databases() {
    local name
    for name in "${services[@]}"; do
        printf "select 'create database strava_%s' where not exists (select from pg_database where datname = 'strava_%s')\n\\gexec\n" \
            "$name" "$name"
    done | "$native/server.sh" postgres cli -q -d postgres > /dev/null
}

# settings NAME [owner]: exports what the service is configured by; the owner of its tables only to migrate them.
settings() {
    local name=$1 other
    export ASPNETCORE_ENVIRONMENT=Development ASPNETCORE_URLS
    ASPNETCORE_URLS=$(url_of "$name")
    export Authentication__Authority=$gateway_url Authentication__Audience=strava
    # One line an entry, so that `make logs` of six services can be read.
    export Logging__Console__FormatterName=simple Logging__Console__FormatterOptions__SingleLine=true
    export Logging__Console__FormatterOptions__TimestampFormat='HH:mm:ss.fff '
    # Six server heaps, one a core each, would be for a bigger machine than this.
    export DOTNET_gcServer=0 DOTNET_NOLOGO=1
    if [ "$name" = gateway ]; then
        for other in "${services[@]}"; do
            export "ReverseProxy__Clusters__${other}__Destinations__d1__Address=$(url_of "$other")/"
        done
        # Hands out tokens for demo athletes; the key outlives a restart, and so do the tokens.
        export DevelopmentIssuer__Enabled=true DevelopmentIssuer__Issuer=$gateway_url
        export DevelopmentIssuer__KeyFile=$STRAVA_STATE/development-issuer.pem
        return
    fi
    export ConnectionStrings__Postgres ConnectionStrings__RabbitMq
    ConnectionStrings__Postgres=$(database_of "$name" "${2:-rw}")
    ConnectionStrings__RabbitMq=$(broker_of "$name")
    # Tracks too long for a message are fetched there.
    case "$name ${2:-rw}" in
        "activity rw") export Management__Port=$STRAVA_PORT_ACTIVITY_MANAGEMENT Management__Address=127.0.0.1 ;;
        "locallegend rw") export Activity__ManagementUrl=http://127.0.0.1:$STRAVA_PORT_ACTIVITY_MANAGEMENT ;;
    esac
    # Archive__Folder=... make run: then old points are archived there.
    if [ "$name" = activity ] && [ -n "${Archive__Folder:-}" ]; then
        export ConnectionStrings__Maintenance
        ConnectionStrings__Maintenance=$(database_of "$name" maintenance)
    fi
    # The boards' password is for who keeps the boards.
    if [ "$name" = leaderboard ]; then
        export ConnectionStrings__Redis
        ConnectionStrings__Redis=$(< "$run/redis.connection")
    fi
}

# The settings files lie beside the program, and are looked for in the working folder.
migrate() {
    local file log=$logs/$1.migrate.log
    file=$(dll "${project[$1]}")
    cd "$(dirname "$file")" || exit
    settings "$1" owner
    timeout 120 dotnet "$file" --migrate < /dev/null > "$log" 2>&1 && return
    tail_log "$1.migrate"
    fail "the database of $1 could not be migrated; the log is above"
}

start_service() {
    local file
    file=$(dll "${project[$1]}")
    [ -s "$file" ] || fail "$file is not there; run: make build"
    cd "$(dirname "$file")" || exit
    settings "$1"
    : > "$logs/$1.log"
    launch "$1" dotnet "$file"
}

health() { talk "$(port_of "$1")" "GET /health/ready HTTP/1.0\r\nHost: localhost\r\n\r\n" 2000; }
healthy() { [[ $(health "$1") == HTTP/1.?\ 200* ]]; }

await_service() {
    local deadline=$((SECONDS + 60))
    until healthy "$1"; do
        if ! running "$1"; then
            tail_log "$1"
            fail "$1 ended while starting; its log is above"
        fi
        if [ $SECONDS -ge $deadline ]; then
            say "$1 answers: $(health "$1" | tail -n 1)" >&2
            tail_log "$1"
            fail "$1 was not ready within 60 s; what it misses and its log are above"
        fi
        sleep 0.2
    done
    say "    $1 is ready"
}

# together COMMAND NAME...: for all names at once; fails when one fails, after all have ended.
together() {
    local command=$1 job jobs=() failed=0
    shift
    for job in "$@"; do
        ("$command" "$job") &
        jobs+=($!)
    done
    for job in "${jobs[@]}"; do wait "$job" || failed=1; done
    return $failed
}
