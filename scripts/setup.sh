#!/bin/sh
# Make .venv from requirements.lock. Needs Python 3.11+ and a package registry, nothing else.
set -eu
fail() { echo "setup: $1" >&2; exit 3; }
new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

# A version manager may leave commands on the PATH that don't run: each candidate is tried.
for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 python3.14}; do
    new_enough "$candidate" && found=$candidate && break
done
PYTHON=${found:-}
[ -n "$PYTHON" ] || fail "no Python 3.11 or newer found; install one, or run: make PYTHON=/path/to/python3.11"

# A half-made environment (Ctrl-C, full disk) is made anew; a whole one is only brought up to date.
[ -x .venv/bin/python ] && .venv/bin/python -m pip --version >/dev/null 2>&1 || {
    echo "setup: creating .venv with $("$PYTHON" --version)"
    rm -rf .venv
    "$PYTHON" -m venv .venv 2>/dev/null || {
        rm -rf .venv
        "$PYTHON" -m virtualenv .venv 2>/dev/null || fail "Python's venv module is missing; on Debian: apt-get install python3-venv"
    }
}
[ -x .venv/bin/uv ] || .venv/bin/python -m pip install --quiet --disable-pip-version-check "uv>=0.9"
# uv brings certificates of its own; a registry behind a company's needs the machine's.
for bundle in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem; do
    [ ! -r "$bundle" ] || export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-true}"
done
echo "setup: installing the locked dependencies"
# Bytecode now: without it every command pays 2 s for Dagster's imports.
.venv/bin/uv pip install --quiet --python .venv/bin/python --compile-bytecode --require-hashes -r requirements.lock
.venv/bin/uv pip install --quiet --python .venv/bin/python --compile-bytecode --no-deps --no-build-isolation -e .
env -u PYTHONDONTWRITEBYTECODE .venv/bin/python -m compileall -q generator appgen_assets appgen_resources
touch .venv/.ready
