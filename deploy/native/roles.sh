# shellcheck shell=bash disable=SC2154
# Least privilege for stack.sh: for each service two database roles (<service>_owner migrates, <service>_rw serves; for
# Activity also activity_maintenance, which archives) and a broker user of its own. What they may do is said in
# deploy/postgres and deploy/rabbitmq. All of it may be repeated.

service_sql() {
    local name=$1 file=$2 maintenance=()
    if [ "$name" = activity ]; then maintenance=(-v maintenance_password="$(secret "postgres-$name-maintenance")"); fi
    "$native/server.sh" postgres cli -q -d "strava_$name" -v service="$name" \
        -v owner_password="$(secret "postgres-$name-owner")" -v rw_password="$(secret "postgres-$name-rw")" \
        "${maintenance[@]}" -f "$repo/deploy/postgres/$file" > /dev/null
}

create_roles() { service_sql "$1" roles.sql; }
grant_roles() { service_sql "$1" grants.sql; }

# database_of NAME owner|rw|maintenance: the connection string of that role.
database_of() {
    say "Host=127.0.0.1;Port=$STRAVA_PORT_POSTGRES;Username=$1_$2;Password=$(secret "postgres-$1-$2");Database=strava_$1"
}

broker_of() { say "amqp://$1:$(secret "rabbitmq-$1")@127.0.0.1:$STRAVA_PORT_RABBITMQ/"; }

# All at once: each call of rabbitmqctl starts an Erlang of its own.
create_broker_users() {
    local name configure write read users= permissions= file=$run/broker-users.json
    while read -r name configure write read; do
        case $name in '#'* | '') continue ;; esac
        users+="${users:+,}{\"name\":\"$name\",\"password\":\"$(secret "rabbitmq-$name")\",\"tags\":\"\"}"
        permissions+="${permissions:+,}{\"user\":\"$name\",\"vhost\":\"/\",\"configure\":\"${configure//\\/\\\\}\","
        permissions+="\"write\":\"${write//\\/\\\\}\",\"read\":\"${read//\\/\\\\}\"}"
    done < "$repo/deploy/rabbitmq/permissions.txt"
    (umask 077; say "{\"users\":[$users],\"permissions\":[$permissions]}" > "$file")
    "$native/server.sh" rabbitmq cli -q import_definitions "$file" > /dev/null || return
    rm -f "$file"
}
