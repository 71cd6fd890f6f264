#!/bin/sh
# Brings the database to this version's schema, then serves.
set -eu
python -m alembic upgrade head
exec python -m app
