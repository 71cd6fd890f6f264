#!/bin/sh
# Makes the data folder on the first start, then runs the command.
set -eu
user=${POSTGRES_USER:-postgres}
database=${POSTGRES_DB:-$user}

if [ "$1" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
    mkdir -p "$PGDATA"
    chmod 700 "$PGDATA"
    password=$(mktemp)
    printf '%s\n' "${POSTGRES_PASSWORD:?}" >"$password"
    # shellcheck disable=SC2086 - the arguments are several words
    initdb --pgdata "$PGDATA" --username "$user" --pwfile "$password" --encoding UTF8 \
        --auth-local trust --auth-host scram-sha-256 --no-instructions ${POSTGRES_INITDB_ARGS:-}
    rm "$password"
    echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
    if [ "$database" != postgres ]; then
        quoted=$(printf '%s' "$database" | sed 's/"/""/g')
        echo "CREATE DATABASE \"$quoted\"" | postgres --single -D "$PGDATA" template1 >/dev/null
    fi
fi
exec "$@"
