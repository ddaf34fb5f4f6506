#!/usr/bin/env bash
# rabbitmq.sh [definitions]: starts the broker with the users of deploy/rabbitmq/permissions.txt and no others; with the word
# only prints them, as the broker imports them.
set -euo pipefail
permissions=${PERMISSIONS:-/deploy/rabbitmq/permissions.txt}

secret() { local variable=STRAVA_SECRET_${1//-/_}; variable=${variable^^}; printf '%s' "${!variable:?}"; }

definitions() {
    local name configure write read users='' rights=''
    while read -r name configure write read; do
        case $name in '#'* | '') continue ;; esac
        users+="${users:+,}{\"name\":\"$name\",\"password\":\"$(secret "rabbitmq-$name")\",\"tags\":\"\"}"
        rights+="${rights:+,}{\"user\":\"$name\",\"vhost\":\"/\",\"configure\":\"${configure//\\/\\\\}\","
        rights+="\"write\":\"${write//\\/\\\\}\",\"read\":\"${read//\\/\\\\}\"}"
    done < "$permissions"
    printf '{"vhosts":[{"name":"/"}],"users":[%s],"permissions":[%s]}\n' "$users" "$rights"
}

if [ "${1:-}" = definitions ]; then
    definitions
    exit
fi
(umask 077; definitions > /etc/rabbitmq/definitions.json)
cat > /etc/rabbitmq/conf.d/strava.conf << 'CONF'
load_definitions = /etc/rabbitmq/definitions.json
vm_memory_high_watermark.absolute = 1GB
disk_free_limit.absolute = 500MB
raft.wal_max_size_bytes = 67108864
CONF
chown rabbitmq: /etc/rabbitmq/definitions.json
exec docker-entrypoint.sh rabbitmq-server
