#!/bin/sh
# Run the tests of the docker sandbox; an engine that had to be started for them is ended again.
set -eu
cd "$(dirname "$0")/.."
APPGEN_DOCKERD_PID=$(mktemp)
export APPGEN_DOCKERD_PID

end_engine() {
    engine=$(cat "$APPGEN_DOCKERD_PID")
    rm -f "$APPGEN_DOCKERD_PID"
    [ -n "$engine" ] || return 0
    kill "$engine" 2>/dev/null || return 0
    for _ in $(seq 100); do
        kill -0 "$engine" 2>/dev/null || return 0
        sleep 0.1
    done
}
trap end_engine EXIT
trap 'exit 130' INT TERM

sh scripts/install_docker.sh
.venv/bin/python -m pytest tests/docker "$@"
