"""The files: one queries module for each entity."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from generator.core.syntax_tree import parse
from generator.emit.physical import physical
from generator.emit.python import docstring, module, module_path
from generator.emit.services.queries.listing import listing
from generator.emit.services.queries.module import Definition, Module
from generator.emit.services.queries.statements import Statements
from generator.emit.services.queries.values import Values, value_source
from generator.emit.services.queries.wire import wire_lines
from generator.emit.tables import Physical
from generator.emit.templates import render
from generator.emit.tree import EmittedFile
from generator.ir.index import Index
from generator.ir.model import ApplicationIR, Entity

_HERE = "generator.emit.services.queries"


def emit_queries(ir: ApplicationIR, used: Mapping[str, AbstractSet[str]] | None = None) -> list[EmittedFile]:
    """Return every `queries.py`; with `used` (entity -> names) only the statements that are used."""
    index, database = Index(ir), physical(ir)
    values = Values(index)
    files = []
    for entity in ir.domain.entities:
        wanted = None if used is None else used.get(entity.name, frozenset())
        view = queries_view(index, database, values, entity, wanted)
        files.append(
            EmittedFile(module_path(entity.snake, "queries"), render(_HERE, "queries.py.j2", **view))
        )
    return files


def queries_view(
    index: Index, database: Physical, values: Values, entity: Entity, wanted: AbstractSet[str] | None
) -> dict[str, Any]:
    """Return what the template of one module is filled from."""
    made = Module(index, database, entity)
    lines = wire_lines(made)
    statements = _statements(made, values, wanted)
    aliases = made.alias_definitions()
    element = f"{made.sa('ColumnElement')}[{made.imports.symbol('typing', 'Any')}]"
    return {
        "title": docstring(f"Statements about {entity.plural.replace('_', ' ')}, built once."),
        "tables": [*made.tables.values(), *aliases],
        "row": made.sa("FromClause"),
        "element": element,
        "node": entity.id,
        "lines": lines,
        "private": list(made.private.values()),
        "statements": statements,
        "imports": made.imports.text(),
    }


def _statements(made: Module, values: Values, wanted: AbstractSet[str] | None) -> list[Definition]:
    statements = Statements(made)
    sources = statements.all()
    sources["LISTING"] = lambda: listing(made, statements)
    found = [
        Definition(name, source(), made.entity.id)
        for name, source in sources.items()
        if wanted is None or name in wanted
    ]
    return found + [
        Definition(named.name, value_source(made, named), made.entity.id)
        for named in values.in_module(made.entity.name)
        if wanted is None or named.name in wanted
    ]


def used_names(ir: ApplicationIR, files: Iterable[EmittedFile]) -> dict[str, frozenset[str]]:
    """Return entity -> names of its queries module that Python files use, read off their imports."""
    modules = {module(e.snake, "queries"): e.name for e in ir.domain.entities}
    found: dict[str, set[str]] = {e.name: set() for e in ir.domain.entities}
    for file in files:
        if file.path.endswith(".py"):
            for entity, name in _uses(parse(file.text), modules):
                found[entity].add(name)
    return {entity: frozenset(names) for entity, names in found.items()}


def _uses(tree: ast.Module, modules: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    local: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            local |= {a.asname: modules[a.name] for a in node.names if a.asname and a.name in modules}
        elif isinstance(node, ast.ImportFrom) and node.module:
            full = {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
            local |= {name: modules[path] for name, path in full.items() if path in modules}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in local:
            yield local[node.value.id], node.attr
