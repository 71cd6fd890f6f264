#!/bin/sh
# Install Debian's chromium unless one is there; set CHROMIUM to use another.
set -eu
[ -x "${CHROMIUM:-/usr/bin/chromium}" ] && exit 0
command -v apt-get >/dev/null || { echo "install_browser: no apt-get; set CHROMIUM=/path/to/chromium" >&2; exit 3; }
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null
