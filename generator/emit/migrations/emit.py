"""`alembic.ini` and `migrations/`: everything named, and undone by a downgrade."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from generator.core.diagnostics import NodeDiagnostic, NodeError
from generator.core.digest import short_digest
from generator.emit.ddl import Ddl
from generator.emit.history import VERSIONS, History, Revision
from generator.emit.migrations.align import Alignment
from generator.emit.migrations.diff import Diff
from generator.emit.migrations.fills import CantFill, Fills
from generator.emit.migrations.ops import Op, undone
from generator.emit.migrations.printing import Printer, create_type, table_items
from generator.emit.migrations.refusals import not_computable, refusals
from generator.emit.migrations.titles import slug, title
from generator.emit.physical import physical
from generator.emit.python import Imports, docstring, literal
from generator.emit.snapshot import Snapshot, Table, same_schema, snapshot
from generator.emit.tables import Physical
from generator.emit.templates import render
from generator.emit.tree import EmittedFile
from generator.ir.changes import Changes
from generator.ir.model import ApplicationIR

_HERE = "generator.emit.migrations"
_INITIAL = f"{VERSIONS}0001_initial.py"
_BOUND = {"op", "upgrade", "downgrade", "revision", "down_revision"}
_SA = re.compile(r"\bsa\.")
_NOTHING = History()
_UNCHANGED = Changes()


def emit_migrations(
    ir: ApplicationIR, released: History = _NOTHING, changes: Changes = _UNCHANGED
) -> list[EmittedFile]:
    """Return the files that bring a database to the application's schema, from where it was released.

    What was released stays as it is. Raises NodeError if rows would be lost, or nobody says what they get.
    """
    files = [
        EmittedFile("alembic.ini", render(_HERE, "alembic.ini.j2")),
        EmittedFile("migrations/env.py", render(_HERE, "env.py.j2")),
        EmittedFile("migrations/script.py.mako", render(_HERE, "script.py.mako.j2")),
        *(EmittedFile(r.path, r.text, r.blocks) for r in released.revisions),
    ]
    planned = plan_revision(ir, released, changes)
    if planned is not None:
        files.append(EmittedFile(planned.revision.path, _text(planned, released.head)))
    return files


class Planned(NamedTuple):
    """A revision without its text, and what it does; the first one has no steps, it makes all."""

    revision: Revision
    ops: list[Op]


def plan_revision(ir: ApplicationIR, released: History, changes: Changes) -> Planned | None:
    """Return the revision that is needed; None if the schema is as it was released. Raises NodeError."""
    database = physical(ir)
    now, head = snapshot(database), released.head
    if head is None:
        return Planned(Revision(revision(database), _INITIAL, schema=now), [])
    before = head.schema or Snapshot()
    if same_schema(before, now):
        return None
    aligned, fills = Alignment(before, now, changes), Fills(ir, now, changes)
    diff = Diff(before, now, aligned, fills)
    ops = _safe(diff, aligned, changes, fills)
    number = f"{len(released.revisions) + 1:04d}"
    own = f"{number}_{short_digest((head.id, now.span_types, now.tables))}"
    path = f"{VERSIONS}{number}_{slug(ops)}.py"
    return Planned(Revision(own, path, effects=diff.effects(), schema=now), ops)


def _text(planned: Planned, head: Revision | None) -> str:
    if head is not None:
        return render(_HERE, "revision.py.j2", **_further(planned.revision.id, head.id, planned.ops))
    return render(_HERE, "initial.py.j2", **_initial(planned.revision))


def _safe(diff: Diff, aligned: Alignment, changes: Changes, fills: Fills) -> list[Op]:
    """Return the steps; NodeError if one of them would not do rows justice."""
    try:
        found: list[NodeDiagnostic] = list(refusals(aligned, changes, fills))
        if not found:
            return diff.ops()
    except CantFill as error:
        found = [not_computable(error)]
    raise NodeError(found)


def revision(database: Physical) -> str:
    """Return the id of the first revision: other tables, other id."""
    return f"0001_{short_digest((database.span_types, database.tables))}"


def _initial(first: Revision) -> dict[str, Any]:
    now = first.schema or Snapshot()
    imports = Imports(_BOUND)
    ddl = Ddl(imports)
    imports.module("sqlalchemy", "sa")
    view = {
        "revision": literal(first.id),
        "types": [literal(create_type(t)) for t in now.span_types],
        "tables": [_table(ddl, t) for t in now.tables],
        "late": [k for t in now.tables for k in _late_keys(t)],
        "dropped_types": [literal(f"DROP TYPE {t.name}") for t in reversed(now.span_types)],
        "dropped_tables": [literal(t.name) for t in reversed(now.tables)],
    }
    return {**view, "imports": imports.text()}


def _further(own: str, before: str, ops: list[Op]) -> dict[str, Any]:
    imports = Imports(_BOUND)
    printer = Printer(Ddl(imports))
    steps, back = printer.steps(ops), printer.steps(undone(ops))
    if any(_SA.search(line) for step in (*steps, *back) for line in step["lines"]):
        imports.module("sqlalchemy", "sa")
    return {
        "title": docstring(title(ops)),
        "revision": literal(own),
        "before": literal(before),
        "steps": steps,
        "back": back,
        "imports": imports.text(),
    }


def _table(ddl: Ddl, table: Table) -> dict[str, Any]:
    return {
        "node": table.node,
        "name": literal(table.name),
        "items": table_items(ddl, table),
        "indexes": [ddl.create_index(i, table.name) for i in table.indexes],
    }


def _late_keys(table: Table) -> list[dict[str, str]]:
    """Return the foreign keys of tables that refer to each other, made once all tables are there."""
    found = []
    for column in table.columns:
        key = column.foreign_key
        if key is not None and key.deferred:
            cascade = ', ondelete="CASCADE"' if key.cascade else ""
            targets = f"{literal(key.table)}, [{literal(column.name)}], ['id']"
            found.append(
                {
                    "node": column.node,
                    "create": f"{literal(key.name)}, {literal(table.name)}, {targets}{cascade}",
                    "drop": f"{literal(key.name)}, {literal(table.name)}, type_='foreignkey'",
                }
            )
    return found
