"""Faults of models, and those that models and migrations share."""

from __future__ import annotations

import ast

from generator.emit.tables import Column, Table
from tests.faults.app import REVISION, App
from tests.faults.model import Injected, NoPlace
from tests.faults.source import Source, calls, every, says

ENTITIES, VIOLATIONS = "app/entities.py", "app/violations.py"


def _model(app: App, table: Table) -> tuple[str, Source]:
    path = app.path(table.entity, "models")
    return path, Source(app.text(path))


def _mapped(source: Source, table: Table, column: Column) -> ast.Call:
    klass = source.klass(table.entity)
    lines = every(klass, ast.AnnAssign, lambda a: source.of(a.target) == column.attribute)
    return calls(lines[0], "mapped_column")[0]


def _named(app: App, name: str) -> list[tuple[str, str]]:
    """Return (path, text without it) of model and migration for what has a name in the database."""
    found = []
    for path in (REVISION, *sorted({app.path(t.entity, "models") for t in app.physical.tables})):
        source = Source(app.text(path))
        made = [c for c in every(source.tree, ast.Call) if _name(c) == name]
        if made:
            statement = [s for s in every(source.tree, ast.Expr) if s.value is made[0]]
            found.append((path, source.removed(statement[0] if statement else made[0])))
    return found


def _name(call: ast.Call) -> str:
    named = [k.value for k in call.keywords if k.arg == "name"] or call.args[:1]
    value = named[0] if named else None
    kinds = ("UniqueConstraint", "CheckConstraint", "Index", "create_index")
    is_one = isinstance(call.func, ast.Attribute) and call.func.attr in kinds
    return value.value if is_one and isinstance(value, ast.Constant) else ""


def _without(app: App, name: str) -> App:
    for path, text in _named(app, name):
        app = app.with_text(path, text)
    return app


def unique_missing(app: App) -> Injected:
    """Neither the model nor the migration knows of a unique constraint."""
    uniques = [u for t in app.physical.tables for u in t.uniques]
    if not uniques:
        raise NoPlace
    return Injected(_without(app, uniques[0].name), uniques[0].node)


def check_missing(app: App) -> Injected:
    """Neither the model nor the migration knows of a bound."""
    checks = [c for t in app.physical.tables for c in t.checks]
    return Injected(_without(app, checks[-1].name), checks[-1].node)


def index_missing(app: App) -> Injected:
    """Nothing helps a filter."""
    filtered = {f"field:{e.name}.{f}" for e in app.ir.domain.entities for f in e.listing.filters}
    index = next(i for t in app.physical.tables for i in t.indexes if i.node in filtered)
    return Injected(_without(app, index.name), index.node)


def column_type(app: App) -> Injected:
    """Only the model has another type."""
    table, column = next(
        (t, c) for t in app.physical.tables if t.role == "rows" for c in t.columns if c.type.name == "Integer"
    )
    path, source = _model(app, table)
    call = _mapped(source, table, column)
    kind = next(a for a in call.args if says(a, "Integer") or source.of(a).endswith("Integer"))
    return Injected(app.with_text(path, source.replaced(kind, "sa.BigInteger")), column.node)


def default_unquoted(app: App) -> Injected:
    """The model's default of a state stands there as SQL, without quotes."""
    table, column = next(
        (t, c) for t in app.physical.tables for c in t.columns if c.default and not c.default.is_sql
    )
    path, source = _model(app, table)
    call = _mapped(source, table, column)
    value = next(k.value for k in call.keywords if k.arg == "server_default")
    assert column.default is not None
    text = source.replaced(value, f'sa.text("{column.default.value}")')
    return Injected(app.with_text(path, text), column.node)


def not_imported(app: App) -> Injected:
    """Alembic does not see a model, since nothing imports it."""
    source = Source(app.text(ENTITIES))
    referred = {c.foreign_key.table for t in app.physical.tables for c in t.columns if c.foreign_key}
    table = next(t for t in app.physical.tables if t.role == "rows" and t.name not in referred)
    module = app.path(table.entity, "models").removesuffix(".py").replace("/", ".")
    gone = [
        s for s in source.tree.body if isinstance(s, ast.ImportFrom | ast.Import) and module in source.of(s)
    ]
    text = Source(source.removed(*gone))
    listed = [n for n in every(text.tree, ast.Constant) if n.value == table.entity]
    return Injected(app.with_text(ENTITIES, text.removed(*listed)), table.node)


def violation_unknown(app: App) -> Injected:
    """Nothing says what a violated unique constraint means."""
    unique = next(u for t in app.physical.tables for u in t.uniques)
    source = Source(app.text(VIOLATIONS))
    table = every(source.tree, ast.Dict)[0]
    place = next(n for n, k in enumerate(table.keys) if k is not None and says(k, unique.name))
    key, value = table.keys[place], table.values[place]
    assert key is not None
    lines = source.text.splitlines(keepends=True)
    del lines[key.lineno - 1 : value.end_lineno]
    return Injected(app.with_text(VIOLATIONS, "".join(lines)), unique.node)
