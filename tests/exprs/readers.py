"""The readers of expressions, each giving a value."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from generator import runtime
from generator.emit.exprs.computed import SqlValue, sql_values
from generator.emit.exprs.derived import expand
from generator.emit.exprs.python import Names, PythonExprs
from generator.emit.exprs.sql import to_ddl
from generator.emit.exprs.sqlcore import CorePrinter
from generator.emit.exprs.sqlscope import Aliases, Scope
from generator.emit.physical import link_columns
from generator.emit.python import Imports
from generator.expr.evaluate import evaluate
from generator.expr.model import ContextRef, EntityRef, Expr
from generator.expr.walk import walk
from tests.exprs.world import INDEX, NOW, TABLES, Interpreted, World, plain

Pairs = tuple[tuple[Any, str], ...]

_LINKS = {
    c.id: link_columns(e, c) for e in INDEX.entities.values() for c in e.collections if c.kind == "links"
}


def interpreted(expr: Expr, world: World, key: UUID) -> Any:
    """Return what the reference says."""
    to = None if world.to is None else ("Holder", world.to)
    return plain(evaluate(expr, Interpreted(world), {"self": ("Box", key), "input:to": to}))


# --- Python ------------------------------------------------------------------------


def _local_imports(lines: list[str]) -> list[str]:
    """Import the runtime from where it is ordinary code."""
    return [line.replace("from app.runtime", f"from {runtime.__name__}") for line in lines]


@cache
def python_function(expr: Expr, way: str) -> tuple[Callable[..., Any], dict[SqlValue, str]]:
    """Return the emitted text as a function; `way` is the method of PythonExprs."""
    imports = Imports()
    values = {v: f"found_{n}" for n, v in enumerate(sql_values(expand(expr, INDEX)))}
    computed = {v.aggregate: name for v, name in values.items()}
    inputs = {name: f"data.{name}" for name in ("n", "x", "why")}
    rows = {"self": "box", "input:to": "to"}
    names = Names(imports, rows, frozenset({"input:to"}), inputs, {}, computed, now="now")
    text = getattr(PythonExprs(INDEX, names), way)(expr)
    head = f"def run(box, to, data, now, {', '.join(values.values())}):"
    scope: dict[str, Any] = {}
    exec("\n".join([*_local_imports(imports.lines()), head, f"    return {text}"]), scope)
    return scope["run"], values


def run_python(expr: Expr, way: str, world: World, key: UUID, connection: sa.Connection) -> Any:
    """Run the emitted Python over a box."""
    function, values = python_function(expr, way)
    arguments = {"box": world.record("Box", key), "to": world.record("Holder", world.to), "now": NOW}
    for value, name in values.items():
        binds = {n: run_python(e, "value", world, key, connection) for n, e in value.binds}
        params = tuple((e, n) for n, e in value.binds)
        found = connection.execute(
            core_statement(value.aggregate, (), params), {"_now": NOW, **binds}
        ).scalar()
        whole = value.aggregate.type.name == "int" and found is not None  # the emitted statement casts it
        arguments[name] = int(found) if whole else found
    return plain(function(data=SimpleNamespace(**world.inputs), **arguments))


# --- SQL ---------------------------------------------------------------------------


@cache
def core_statement(expr: Expr, rows: Pairs, params: Pairs) -> Any:
    """Return a statement that gives the emitted Core expression."""
    imports, aliases = Imports({"boxes"}), Aliases({"boxes", "sql", "select", "func"})
    tree = Scope(INDEX, aliases, dict(rows), dict(params)).lower(expand(expr, INDEX))
    text = CorePrinter(imports, _LINKS).text(tree)
    scope: dict[str, Any] = {"boxes": TABLES["boxes"]}
    exec("\n".join(_local_imports(imports.lines())), scope)
    for made in aliases.made.values():
        entity = INDEX.entities.get(made.entity)
        table = TABLES[entity.plural] if entity else TABLES[INDEX.collection("Holder", "friends").table]
        scope[made.alias] = table.alias()
    column = eval(text, scope)
    if expr.type.name == "float":
        column = sa.cast(column, sa.Double)
    statement = sa.select(column.label("value"))
    if rows:
        statement = statement.select_from(TABLES["boxes"]).where(TABLES["boxes"].c.id == sa.bindparam("_key"))
    return statement


def run_sql(expr: Expr, world: World, key: UUID, connection: sa.Connection) -> Any:
    """Let PostgreSQL compute the emitted Core expression over a box."""
    params: dict[Expr, str] = {}
    values: dict[str, Any] = {"_key": key, "_now": NOW}
    for part in walk(expand(expr, INDEX)):
        if isinstance(part, ContextRef):
            params[part], values[part.name] = part.name, world.inputs[part.name]
        elif isinstance(part, EntityRef) and part.root == "input:to":
            name = f"to_{part.field}"
            params[part] = name
            found = world.record("Holder", world.to)
            values[name] = None if found is None else getattr(found, part.field or "id")
    statement = core_statement(expr, (("self", "boxes"),), tuple(params.items()))
    return plain(connection.execute(statement, values).scalar())


def run_ddl(expr: Expr, key: UUID, connection: sa.Connection) -> Any:
    """Let PostgreSQL compute the SQL text over a box's own columns."""
    statement = f"SELECT {to_ddl(expr)} FROM boxes WHERE id = '{key}'"
    return plain(connection.exec_driver_sql(statement.replace("%", "%%")).scalar())
