#!/bin/sh
# Print a pip.conf with the package index of this machine, for images that are made and used on it alone.
# Folders (file:) are left out: a container can't see them.
set -eu
python=.venv/bin/python
setting() {
    "$python" -m pip config get "global.$1" 2>/dev/null || true
}
only_http() {
    tr -s ' \n' '\n\n' | grep -E '^https?://' | tr '\n' ' ' || true
}
index=$(printf '%s' "${PIP_INDEX_URL:-$(setting index-url)}" | only_http)
extra=$(printf '%s' "${PIP_EXTRA_INDEX_URL:-$(setting extra-index-url)}" | only_http)
echo "[global]"
echo "timeout = ${PIP_DEFAULT_TIMEOUT:-60}"
[ -z "$index" ] || echo "index-url = $index"
[ -z "$extra" ] || echo "extra-index-url = $extra"
