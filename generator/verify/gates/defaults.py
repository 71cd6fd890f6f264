"""Gate: a column's default is what the IR says: text, such as a state, as a quoted literal, SQL as SQL."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from generator.core.syntax_tree import parse_expression
from generator.emit.python import module_path
from generator.emit.sqltypes import ServerDefault
from generator.emit.tables import Column, Table
from generator.verify.gates.build import Build
from generator.verify.gates.scripts import VERSIONS, items
from generator.verify.model import Finding


class _Place(NamedTuple):
    call: ast.Call
    path: str
    line: int


def check(build: Build) -> list[Finding]:
    """Compare each default, in the migration and in the model."""
    written = [_migrated(build), _modelled(build)]
    wanted = [(t, c) for t in build.physical.tables for c in t.columns if c.default is not None]
    return [
        finding
        for places in written
        for table, column in wanted
        if (place := places.get((table.name, column.name)))
        for finding in _column(build, table, column, place)
    ]


def _column(build: Build, table: Table, column: Column, place: _Place) -> Iterator[Finding]:
    wanted = column.default
    given = next((k.value for k in place.call.keywords if k.arg == "server_default"), None)
    if wanted is None or (given is not None and _is(given, wanted)):
        return
    where = f"{table.name}.{column.name}"
    kind = f"SQL {wanted.value}" if wanted.is_sql else f"quoted text {wanted.value!r}"
    have = f"is {ast.unparse(given)}" if given is not None else "is missing"
    code = "default" if given is None or wanted.is_sql else "unquoted"
    what = f"the default of {where} {have}, not the {kind}"
    yield build.finding(code, what, path=place.path, line=place.line, node=column.node)


def _is(given: ast.expr, wanted: ServerDefault) -> bool:
    match given:
        case ast.Constant(value=value):
            return not wanted.is_sql and value == wanted.value
        case ast.Call(func=ast.Attribute(attr="text"), args=[ast.Constant(value=value)]):
            return wanted.is_sql and value == wanted.value
        case _:
            return False


def _migrated(build: Build) -> dict[tuple[str, str], _Place]:
    found: dict[tuple[str, str], _Place] = {}
    scripts = ((path, tree) for path, tree in sorted(build.modules.items()) if path.startswith(VERSIONS))
    columns = {(t.name, c.name) for t in build.physical.tables for c in t.columns}
    for key, item in items(scripts).items():
        call = parse_expression(item.text) if item.text and key in columns else None
        if isinstance(call, ast.Call):
            found[key] = _Place(call, item.path, item.line)
    return found


def _modelled(build: Build) -> dict[tuple[str, str], _Place]:
    """Return each mapped column of each model by its table and name."""
    found: dict[tuple[str, str], _Place] = {}
    for table in build.physical.tables:
        path = module_path(build.index.entities[table.entity].snake, "models")
        named = {c.attribute: c.name for c in table.columns}
        tree = build.modules.get(path)
        for node in ast.walk(tree) if tree and table.role == "rows" else ():
            match node:
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.Call() as call) if name in named:
                    found[table.name, named[name]] = _Place(call, path, node.lineno)
                case _:
                    pass
    return found
