#!/bin/sh
# Give this machine what the docker sandbox and the fleet of deploy/compose need: an engine that answers,
# docker compose, and the two base images.
# An engine that answers is taken as it is. Otherwise Debian's is installed and started here (as root);
# the process that was started is then named in $APPGEN_DOCKERD_PID (a file), so that the caller can end it.
set -eu
cd "$(dirname "$0")/.."

say() { echo "docker: $1" >&2; }
fail() { say "$1"; exit 3; }
answers() { docker version >/dev/null 2>&1; }
# Run something whose output matters only if it fails.
quietly() {
    output=$(mktemp)
    "$@" >"$output" 2>&1 || { tail -n 20 "$output" >&2; rm -f "$output"; return 1; }
    rm -f "$output"
}

LOG=${APPGEN_DOCKERD_LOG:-/var/log/appgen-dockerd.log}
MIRROR=${DEBIAN_MIRROR:-http://deb.debian.org/debian}

install_packages() {
    [ "$(id -u)" = 0 ] || fail "$* missing, and only root can install them"
    command -v apt-get >/dev/null || fail "$* missing, and this is no Debian; install Docker and run this again"
    say "installing $*"
    export DEBIAN_FRONTEND=noninteractive
    quietly apt-get update -qq || fail "apt-get update failed"
    quietly apt-get install -y -qq --no-install-recommends "$@" || fail "$* can't be installed"
}

start_engine() {
    command -v dockerd >/dev/null || install_packages docker.io
    command -v docker >/dev/null || fail "dockerd is there, its client is not"
    [ "$(id -u)" = 0 ] || fail "no engine answers, and only root can start one; start Docker, or set DOCKER_HOST"
    [ -z "${DOCKER_HOST:-}" ] || fail "no engine answers at DOCKER_HOST=$DOCKER_HOST"
    say "starting dockerd"
    # The sandbox's containers have no network: no bridge and no firewall rules are needed.
    nohup dockerd --bridge=none --iptables=false >"$LOG" 2>&1 &
    engine=$!
    [ -z "${APPGEN_DOCKERD_PID:-}" ] || echo "$engine" >"$APPGEN_DOCKERD_PID"
    for _ in $(seq 150); do
        answers && return
        kill -0 "$engine" 2>/dev/null || break
        sleep 0.2
    done
    tail -n 20 "$LOG" >&2
    fail "dockerd did not start; its log is $LOG"
}

have() { docker image inspect "$1" >/dev/null 2>&1; }
have_or_pull() { have "$1" || timeout 300 docker pull --quiet "$1" >/dev/null 2>&1; }

# Debian 13 with its Python, standing in for python:3.13-slim: the machine's certificates and package index included.
make_python() {
    command -v mmdebstrap >/dev/null || install_packages mmdebstrap
    [ "$(id -u)" = 0 ] || fail "python:3.13-slim can't be pulled, and only root can make an image in its place"
    say "making appgen/python-base from Debian's packages"
    bundle=${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}
    folder=$(mktemp -d)
    sh scripts/docker/pip_conf.sh >"$folder/pip.conf"
    # On a memory file system, if there is one: dpkg syncs every file.
    memory=$(mktemp -d)
    mount -t tmpfs -o size=2g,mode=755 tmpfs "$memory" 2>/dev/null || true
    status=0
    quietly env TMPDIR="$memory" mmdebstrap --variant=minbase \
        --include=ca-certificates,python3,python3-pip,python-is-python3 \
        --customize-hook='rm -f "$1"/usr/lib/python3*/EXTERNALLY-MANAGED' \
        --customize-hook="upload $bundle /etc/ssl/certs/ca-certificates.crt" \
        --customize-hook="upload $folder/pip.conf /etc/pip.conf" \
        trixie "$memory/root.tar" "$MIRROR" || status=$?
    [ "$status" != 0 ] || quietly docker import --change "ENV LANG=C.UTF-8" --change 'CMD ["python3"]' \
        "$memory/root.tar" appgen/python-base || status=$?
    umount "$memory" 2>/dev/null || true
    rm -rf "$memory" "$folder"
    [ "$status" = 0 ] || fail "appgen/python-base can't be made"
}

# The PostgreSQL that the process sandbox runs, standing in for postgres:18.
make_database() {
    have appgen/python-base || make_python
    say "making appgen/postgres-base from the embedded PostgreSQL"
    folder=$(mktemp -d)
    cp scripts/docker/postgres/* "$folder"
    .venv/bin/python scripts/docker/copy_postgres.py "$folder/programs"
    status=0
    quietly docker build --network none --tag appgen/postgres-base "$folder" || status=$?
    rm -rf "$folder"
    [ "$status" = 0 ] || fail "appgen/postgres-base can't be made"
}

# For the fleet of deploy/compose: Debian 13's, since Debian 12 has the first edition only.
make_compose() {
    [ "$(id -u)" = 0 ] || fail "docker compose is missing, and only root can install it"
    say "installing docker compose"
    folder=$(mktemp -d)
    mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $MIRROR trixie main" >"$folder/list"
    set -- -o "Dir::Etc::sourcelist=$folder/list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$folder/lists" \
        -o "Dir::Cache=$folder/cache" -o APT::Sandbox::User=root
    status=0
    { quietly apt-get "$@" update -qq && (cd "$folder" && quietly apt-get "$@" download docker-compose) \
        && dpkg-deb -x "$folder"/docker-compose_*.deb "$folder/files" \
        && install -D -t /usr/local/lib/docker/cli-plugins "$folder/files/usr/libexec/docker/cli-plugins/docker-compose"
    } || status=$?
    rm -rf "$folder"
    [ "$status" = 0 ] && docker compose version >/dev/null 2>&1 || fail "docker compose can't be installed"
}

answers || start_engine
docker compose version >/dev/null 2>&1 || make_compose
have appgen/python-base || have_or_pull python:3.13-slim || make_python
have appgen/postgres-base || have_or_pull postgres:18 || make_database
say "ready: $(docker version --format 'engine {{.Server.Version}}')"
