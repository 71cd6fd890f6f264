"""Runs beside a delivered application: compares the database at $LIVE_DATABASE with the models.

Writes nothing to it. Prints one line of JSON: revisions, heads, differences (each with what, table,
name, text), or the problem when the database does not answer.
"""

import json
import os
import sys
from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from app.entities import Base  # type: ignore[import-not-found]  # of the application

_OPTIONS = "-c default_transaction_read_only=on -c statement_timeout=60000 -c lock_timeout=5000"


def compare(url: sa.URL) -> dict[str, Any]:
    """Return what the database has, and what an upgrade would have to change to make it fit."""
    engine = sa.create_engine(url, connect_args={"connect_timeout": 10, "options": _OPTIONS})
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        found = compare_metadata(context, Base.metadata)
        return {
            "revisions": list(context.get_current_heads()),
            "heads": list(ScriptDirectory.from_config(Config("alembic.ini")).get_heads()),
            "differences": [told(diff) for diff in flat(found)],
        }


def flat(diffs: Any) -> list[Any]:
    """Return the differences without the lists that Alembic groups them in."""
    return [d for diff in diffs for d in (diff if isinstance(diff, list) else [diff])]


def told(diff: Any) -> dict[str, str]:
    """Return one difference: what an upgrade would do, to which table, to what in it."""
    kind, *parts = diff
    thing = parts[-1]
    if kind.startswith("modify_"):
        _, table, column, *rest = parts
        text = f"{table}.{column}: {kind.removeprefix('modify_')} is {shown(rest[-2])}, not {shown(rest[-1])}"
        return {"what": kind, "table": table, "name": column, "text": text}
    table = thing if isinstance(thing, sa.Table) else getattr(thing, "table", None)
    name = "" if thing is table else str(getattr(thing, "name", "") or "")
    where = getattr(table, "name", "") or str(parts[1] if len(parts) > 1 else "")
    verb, _, noun = kind.partition("_")
    lacks = "lacks" if verb == "add" else "has, unasked,"
    text = f"the database {lacks} the {noun.replace('_', ' ')} {'.'.join(filter(None, (where, name)))}"
    return {"what": kind, "table": where, "name": name, "text": text}


def shown(value: Any) -> str:
    """Return one side of a difference for people."""
    text = getattr(getattr(value, "arg", None), "text", None) or value
    return str(text)


def main() -> None:
    """Compare and print."""
    url = sa.make_url(os.environ["LIVE_DATABASE"]).set(drivername="postgresql+psycopg2")
    try:
        answer = compare(url)
    except sa.exc.OperationalError as error:
        answer = {"problem": str(error.orig).strip()}
    sys.stdout.write(f"\n{json.dumps(answer)}\n")


if __name__ == "__main__":
    main()
