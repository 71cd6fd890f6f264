"""The wire form: which columns make the JSON of a row."""

from __future__ import annotations

import msgspec

from generator.emit.exprs.derived import expand
from generator.emit.exprs.pyaggregates import element_name
from generator.emit.exprs.sqlcore import column
from generator.emit.exprs.sqlscope import Aliases, Scope
from generator.emit.exprs.sqltree import Select, Sql
from generator.emit.python import attribute, literal, module
from generator.emit.services.queries.module import Module
from generator.expr.model import Expr
from generator.ir.index import Index
from generator.ir.model import Collection, Entity, Field, Managed


def wire_lines(module_: Module) -> list[tuple[str, str]]:
    """Return (column source, node id) of each member of the JSON, in order."""
    lines = [(_field(module_, f), f.id) for f in module_.entity.fields]
    return lines + [(_collection(module_, c), c.id) for c in module_.entity.collections]


def _field(module_: Module, field: Field) -> str:
    if field.managed is Managed.DERIVED:
        return f"{_derived(module_, field)}.label({literal(field.wire)})"
    stored = module_.column(field, "row")
    shown = _shown(module_, field, stored)
    return stored if shown == stored else f"{shown}.label({literal(field.wire)})"


def _shown(module_: Module, field: Field, value: str) -> str:
    match field.type.name:
        case "decimal":
            return f"{module_.sa('cast')}({value}, {module_.sa('Text')})"
        case "datetime":
            return f"{module_.sql('moment_text')}({value})"
        case "time":
            return f"{module_.sql('time_text')}({value})"
        case _:
            return value


def derived_value(index: Index, field: Field) -> Expr:
    """Return what a derived field is computed from, over stored fields, not yet rounded."""
    assert field.value is not None  # noqa: S101 - a derived field has a value
    return expand(field.value, index)


def _derived(module_: Module, field: Field) -> str:
    expr = derived_value(module_.index, field)
    text = module_.text(expr, "row")
    if field.type.name == "decimal":
        return f"{module_.sql('decimal_text')}({text}, {field.type.scale})"
    if field.type.name == "float" and expr.type.name != "float":
        return f"{module_.sa('cast')}({text}, {module_.sa('Double')})"
    shown = _shown(module_, field, text)
    return shown if shown != text else f"({text})"


def _collection(module_: Module, collection: Collection) -> str:
    build = _nested if collection.kind == "owned" else _linked
    return f"{build(module_, collection)}.label({literal(collection.wire)})"


def _nested(module_: Module, collection: Collection) -> str:
    entity = module_.index.entities[collection.entity]
    queries = module_.imports.module(module(entity.snake, "queries"), f"{entity.snake}_queries")
    wanted = attribute(element_name(collection.name, entity.name))
    rows = module_.aliases.take(wanted, entity.name, "", set()).alias
    inverse = module_.index.field(entity.name, collection.inverse)
    owned = f"{column(rows, inverse.wire)} == row.c.id"
    return f"{module_.sql('nested')}({queries}.wire({rows}), {rows}, {owned})"


def _linked(module_: Module, collection: Collection) -> str:
    links = module_.other_table(collection.id)
    source, target = module_.links[collection.id]
    owned = f"{column(links, source)} == row.c.id"
    return f"{module_.sql('linked_ids')}({column(links, target)}, {owned}, {links})"


# --- what a document reads ----------------------------------------------------------


def offers_create(index: Index, entity: Entity) -> bool:
    """Whether INSERT ... RETURNING can give the document: no derived value looks at the table again."""
    return all(entity.name not in _entities(index, f) for f in entity.fields)


def offers_patch(index: Index, entity: Entity) -> bool:
    """Whether UPDATE ... RETURNING can give the document: nothing in it looks at the table again."""
    return all(entity.name not in _entities(index, f) for e in _whole(index, entity) for f in e.fields)


def _whole(index: Index, entity: Entity) -> list[Entity]:
    found = [entity]
    for collection in entity.collections:
        if collection.kind == "owned":
            found += _whole(index, index.entities[collection.entity])
    return found


def _entities(index: Index, field: Field) -> set[str]:
    """Return the entities whose rows a derived field looks up."""
    if field.managed is not Managed.DERIVED:
        return set()
    expr = derived_value(index, field)
    tree = Scope(index, Aliases(set()), {"self": "row"}).lower(expr)
    return {rows.entity for select in _selects(tree) for rows in select.rows}


def _selects(sql: Sql) -> list[Select]:
    found: list[Select] = [sql] if isinstance(sql, Select) else []
    for part in msgspec.structs.astuple(sql):
        for item in part if isinstance(part, tuple) else (part,):
            if isinstance(item, Sql):
                found += _selects(item)
    return found
