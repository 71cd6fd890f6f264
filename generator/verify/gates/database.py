"""Gate: the migrated database is what the models say, and what the IR asks for.

The models' tables are created in a schema of their own; PostgreSQL describes
both, so that types, defaults and conditions are compared in its own spelling.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from generator.emit.python import module_path
from generator.emit.tables import Table
from generator.verify.gates.ancestry import history_of
from generator.verify.gates.build import Build, CannotRun
from generator.verify.gates.probe import Catalog, Column
from generator.verify.gates.scripts import VERSIONS, Items, as_emitted, items
from generator.verify.model import Finding

_ALEMBICS_OWN = "alembic_version"
_PARTS = {"constraints": "constraint", "indexes": "index"}


def check(build: Build) -> list[Finding]:
    """Compare database and models, then database and IR."""
    probe = build.probe
    if "models" in probe.failures:
        return [build.failed("models-fail", "the models' tables can't be created", probe.failures["models"])]
    if probe.database is None or probe.models is None or probe.unlisted is None:
        raise CannotRun(probe.why_not("models"))
    nodes = _Nodes(build)
    unlisted = [_unlisted(nodes, table) for table in probe.unlisted]
    return [
        *unlisted,
        *_against_models(nodes, probe.database, probe.models),
        *_against_ir(nodes, probe.database, probe.models),
    ]


def _unlisted(nodes: _Nodes, table: str) -> Finding:
    found = nodes.finding("table-not-listed", f"app/entities.py does not import the model of {table}", table)
    return replace(found, path="app/entities.py", line=0, stage="models")


def _scripts(build: Build) -> Items:
    return items((path, tree) for path, tree in sorted(build.modules.items()) if path.startswith(VERSIONS))


class _Nodes:
    """Where a table, column, constraint or index of the database comes from."""

    def __init__(self, build: Build) -> None:
        self.build = build
        self.tables = {t.name: t for t in build.physical.tables}
        self._written, self._emitted = _scripts(build), as_emitted(build.ir, history_of(build.bundle))
        self._nodes = {(t.name, name): node for t in build.physical.tables for name, node in t.parts()}

    def finding(
        self, code: str, message: str, table: str, name: str = "", *, models: bool = False
    ) -> Finding:
        """Make a finding at the migration if that is not what the IR gives, else at the model."""
        node = self._nodes.get((table, name)) or self._nodes.get((table, ""), "")
        written, emitted = self._written.get((table, name)), self._emitted.get((table, name))
        if not models and (written and written.text) != (emitted and emitted.text):
            path, line = self._place(table, name)
            return self.build.finding(code, message, path=path, line=line, node=node)
        return self.build.finding(code, message, path=self._model(table), node=node)

    def _place(self, table: str, name: str) -> tuple[str, int]:
        """Return where the migration makes something, or the table that should have it."""
        item = self._written.get((table, name)) or self._written.get((table, ""))
        scripts = sorted(p for p in self.build.modules if p.startswith(VERSIONS))
        if item is not None:
            return item.path, item.line
        return (scripts[-1] if scripts else "migrations/env.py"), 0

    def _model(self, table: str) -> str:
        entity = self.tables[table].entity if table in self.tables else ""
        return module_path(self.build.index.entities[entity].snake, "models") if entity else "app/entities.py"


def _against_models(nodes: _Nodes, database: Catalog, models: Catalog) -> Iterator[Finding]:
    for table in sorted({*database.columns, *models.columns} - {_ALEMBICS_OWN}):
        if table not in models.columns:
            yield nodes.finding("table-extra", f"the migration makes {table}, which is no model", table)
        elif table not in database.columns:
            yield nodes.finding("table-missing", f"no migration makes {table}", table)
        else:
            yield from _columns(nodes, table, database.columns[table], models.columns[table])
            for part, word in _PARTS.items():
                have, want = getattr(database, part).get(table, {}), getattr(models, part).get(table, {})
                yield from _named(nodes, table, word, have, want)


def _columns(
    nodes: _Nodes, table: str, have: Mapping[str, Column], want: Mapping[str, Column]
) -> Iterator[Finding]:
    yield from _named(nodes, table, "column", dict.fromkeys(have), dict.fromkeys(want))
    for name in [n for n in want if n in have and have[n] != want[n]]:
        for what in ("type", "not_null", "default", "collation", "generated"):
            there, wanted = getattr(have[name], what), getattr(want[name], what)
            if there != wanted:
                word = what.replace("_", " ")
                text = f"{table}.{name}: {word} is {there} in the database, {wanted} in the model"
                yield nodes.finding(f"column-{what.replace('_', '-')}", text, table, name)


def _named(
    nodes: _Nodes, table: str, word: str, have: Mapping[str, Any], want: Mapping[str, Any]
) -> Iterator[Finding]:
    for name in sorted({*have, *want}):
        where = f"{word} {name} of {table}"
        if name not in have:
            yield nodes.finding(f"{word}-missing", f"no migration makes the {where}", table, name)
        elif name not in want:
            yield nodes.finding(
                f"{word}-extra", f"the migration makes the {where}, the model has none", table, name
            )
        elif have[name] != want[name]:
            text = f"the {where} is {have[name]} in the database, {want[name]} in the model"
            yield nodes.finding(f"{word}-differs", text, table, name)


def _against_ir(nodes: _Nodes, database: Catalog, models: Catalog) -> Iterator[Finding]:
    """Whatever the IR asks for must be there, even if models and migration both lack it."""
    for table in nodes.tables.values():
        columns = database.columns.get(table.name)
        if columns is None:
            yield nodes.finding("table-missing", f"the database has no table {table.name}", table.name)
            continue
        yield from _ir_columns(nodes, table, columns, models.columns.get(table.name, {}))
        named = {"constraint": [n for n, _ in table.constraints()], "index": [i.name for i in table.indexes]}
        for part, word in _PARTS.items():
            have, meant = (
                getattr(database, part).get(table.name, {}),
                getattr(models, part).get(table.name, {}),
            )
            for name in [n for n in named[word] if n not in have]:
                text = f"{table.name} has no {word} {name}"
                yield nodes.finding(f"{word}-missing", text, table.name, name, models=name not in meant)


def _ir_columns(
    nodes: _Nodes, table: Table, columns: Mapping[str, Column], models: Mapping[str, Column]
) -> Iterator[Finding]:
    for wanted in table.columns:
        column = columns.get(wanted.name)
        where = f"{table.name}.{wanted.name}"
        if column is None:
            text, both = f"there is no column {where}", wanted.name not in models
            yield nodes.finding("column-missing", text, table.name, wanted.name, models=both)
        elif column.not_null == wanted.nullable:
            word = "must not" if wanted.nullable is False else "must"
            yield nodes.finding("column-not-null", f"{where} {word} accept null", table.name, wanted.name)
        elif (
            wanted.default and not wanted.default.is_sql and not _quoted(column.default, wanted.default.value)
        ):
            text = f"{where} has the default {column.default}, not the text {wanted.default.value!r}"
            yield nodes.finding("column-default", text, table.name, wanted.name)


def _quoted(default: str | None, value: str) -> bool:
    return default is not None and default.startswith("'" + value.replace("'", "''") + "'")
