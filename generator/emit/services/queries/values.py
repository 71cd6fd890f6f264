"""Values that SQL computes for guards and effects: each aggregate over all rows gets a statement."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal as OneOf

import msgspec

from generator.emit.exprs.computed import SqlValue, sql_values
from generator.emit.exprs.derived import expand
from generator.emit.exprs.sqltree import Cast
from generator.emit.services.queries.module import Module
from generator.expr.model import Expr
from generator.ir.index import Index
from generator.ir.model import (
    Assign,
    Condition,
    Create,
    Delete,
    Each,
    Effect,
    Entity,
    Flow,
    Link,
    Transition,
    When,
)
from generator.ir.writes import effects_of

# What the driver gives for an int or a float would depend on how PostgreSQL computes it.
_RESULTS: dict[str, OneOf["bigint", "float8"]] = {"int": "bigint", "float": "float8"}


class NamedValue(msgspec.Struct, frozen=True):
    """A value, and the statement `name` in the queries module of `entity` that computes it."""

    value: SqlValue
    entity: str
    name: str


class Values:
    """Every such value of an application, by the aggregate that it stands for."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._named: dict[Expr, NamedValue] = {}
        counts: dict[tuple[str, str], int] = {}
        for expr in _every(index):
            for value in sql_values(expand(expr, index)):
                if value.aggregate not in self._named:
                    key = (value.entity, value.aggregate.op.upper())
                    counts[key] = counts.get(key, 0) + 1
                    name = f"{key[1]}_{counts[key]}"
                    self._named[value.aggregate] = NamedValue(value, value.entity, name)

    def of(self, expr: Expr) -> list[NamedValue]:
        """Return the values that must be computed before an expression can be evaluated."""
        return [self._named[v.aggregate] for v in sql_values(expand(expr, self._index))]

    def in_module(self, entity: str) -> list[NamedValue]:
        """Return the values whose statements are in the queries module of an entity."""
        return [v for v in self._named.values() if v.entity == entity]


def value_source(module: Module, named: NamedValue) -> str:
    """Return the source of the statement."""
    params = {expr: name for name, expr in named.value.binds}
    kind = named.value.aggregate.type.name
    tree = module.tree(named.value.aggregate, "", params)
    if kind in _RESULTS and named.value.aggregate.op != "count":
        tree = Cast(tree, _RESULTS[kind])
    return f'{module.sa("select")}({module.printer.text(tree)}.label("value"))'


def _every(index: Index) -> Iterator[Expr]:
    """Yield every expression that services evaluate, in spec order."""
    for entity in index.entities.values():
        yield from _of_entity(index, entity)
    for flow in index.flows.values():
        yield from _of_flow(flow)


def _of_entity(index: Index, entity: Entity) -> Iterator[Expr]:
    for field in entity.fields:
        yield from (e for e in (field.default, field.value) if e is not None)
    yield from _conditions(tuple(r.condition for r in entity.rules))
    yield from (u.only for u in entity.uniques if u.only is not None)
    for operation in index.operations_of(entity.name):
        yield from _conditions(operation.requires)


def _of_flow(flow: Flow) -> Iterator[Expr]:
    yield from (i.default for i in flow.inputs if i.default is not None)
    yield from _conditions(flow.requires)
    for effect in effects_of(flow.effects):
        yield from _of_effect(effect)
    yield from _conditions(flow.ensures)


def _conditions(conditions: tuple[Condition, ...]) -> Iterator[Expr]:
    yield from (c.expr for c in conditions)


def _of_effect(effect: Effect) -> Iterator[Expr]:
    match effect:
        case Assign(value=value):
            yield value
        case Create(values=values):
            yield from (v.value for v in values)
        case Each(where=where) if where is not None:
            yield where
        case When(condition=condition):
            yield condition
        case Transition() | Each() | Delete() | Link():
            return
