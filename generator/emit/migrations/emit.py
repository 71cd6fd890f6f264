"""`alembic.ini` and `migrations/`: everything named, and undone by a downgrade."""

from __future__ import annotations

from typing import Any

from generator.core.digest import short_digest
from generator.emit.ddl import Ddl
from generator.emit.physical import physical
from generator.emit.python import Imports, literal
from generator.emit.sqltext import quote_name
from generator.emit.tables import Column, Physical, SpanType, Table
from generator.emit.templates import render
from generator.emit.tree import EmittedFile
from generator.ir.model import ApplicationIR

_HERE = "generator.emit.migrations"
_INITIAL = "migrations/versions/0001_initial.py"


def emit_migrations(ir: ApplicationIR) -> list[EmittedFile]:
    """Return the files that bring a database to the application's schema."""
    database = physical(ir)
    return [
        EmittedFile("alembic.ini", render(_HERE, "alembic.ini.j2")),
        EmittedFile("migrations/env.py", render(_HERE, "env.py.j2")),
        EmittedFile("migrations/script.py.mako", render(_HERE, "script.py.mako.j2")),
        EmittedFile(_INITIAL, render(_HERE, "initial.py.j2", **_view(database))),
    ]


def revision(database: Physical) -> str:
    """Return the revision id: other tables, other id."""
    return f"0001_{short_digest((database.span_types, database.tables))}"


def _view(database: Physical) -> dict[str, Any]:
    imports = Imports({"op", "upgrade", "downgrade", "revision", "down_revision"})
    ddl = Ddl(imports)
    imports.module("sqlalchemy", "sa")
    view = {
        "revision": literal(revision(database)),
        "types": [_create_type(t) for t in database.span_types],
        "tables": [_table(ddl, t) for t in database.tables],
        "late": [k for t in database.tables for k in _late_keys(t)],
        "dropped_types": [literal(f"DROP TYPE {t.name}") for t in reversed(database.span_types)],
        "dropped_tables": [literal(t.name) for t in reversed(database.tables)],
    }
    return {**view, "imports": imports.text()}


def _create_type(span: SpanType) -> str:
    collation = f", collation = {quote_name(span.collation)}" if span.collation else ""
    return literal(f"CREATE TYPE {span.name} AS RANGE (subtype = {span.subtype}{collation})")


def _table(ddl: Ddl, table: Table) -> dict[str, Any]:
    keys = [(c.name, c.foreign_key) for c in table.columns if c.foreign_key is not None]
    return {
        "node": table.node,
        "name": literal(table.name),
        "items": [
            *(_column(ddl, c) for c in table.columns),
            ddl.primary_key(table.key, table.key_columns),
            *(ddl.foreign_key_constraint(name, key) for name, key in keys if not key.deferred),
            *(ddl.unique(u) for u in table.uniques),
            *(ddl.exclusion(x) for x in table.exclusions),
            *(ddl.check(c) for c in table.checks),
        ],
        "indexes": [ddl.create_index(i, table.name) for i in table.indexes],
    }


def _column(ddl: Ddl, column: Column) -> str:
    parts = [literal(column.name), ddl.type(column.type)]
    if column.default is not None:
        parts.append(ddl.default(column.default))
    parts.append(f"nullable={column.nullable}")
    return f"sa.Column({', '.join(parts)})"


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
