"""Values that SQL must compute: aggregates over all rows of an entity."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from generator.emit.exprs.sqllower import wire_of
from generator.emit.exprs.walk import bindings, reads_any
from generator.expr.model import AggregateExpr, ContextRef, EntityRef, Expr, OldExpr, RowsOf, Type
from generator.expr.walk import children, walk

_ODD = re.compile(r"[^a-z0-9]+")


class SqlValue(msgspec.Struct, frozen=True):
    """An aggregate that one statement computes.

    `binds` are the statement's parameters: (name, expression over rows in memory).
    """

    aggregate: AggregateExpr
    binds: tuple[tuple[str, Expr], ...]

    @property
    def entity(self) -> str:
        """The entity whose rows it goes over."""
        return self.aggregate.source.entity.removeprefix("entity:")


def needs_sql(expr: Expr) -> bool:
    """Whether a part of the expression (derived fields expanded) reads all rows of an entity."""
    return any(isinstance(e, AggregateExpr) and isinstance(e.source, RowsOf) for e in walk(expr))


def sql_values(expr: Expr) -> tuple[SqlValue, ...]:
    """Return the outermost aggregates over all rows in an expression, each once."""
    return tuple(SqlValue(a, _binds(a)) for a in dict.fromkeys(_outermost(expr)))


def _outermost(expr: Expr) -> Iterator[AggregateExpr]:
    if isinstance(expr, AggregateExpr) and isinstance(expr.source, RowsOf):
        yield expr
        return
    for part in children(expr):
        yield from _outermost(part)


def _binds(aggregate: AggregateExpr) -> tuple[tuple[str, Expr], ...]:
    inner = bindings(aggregate)
    found = dict.fromkeys(p for e in children(aggregate) for p in _from_outside(e, inner))
    named: dict[str, Expr] = {}
    for expr in found:
        named[_free(_name(expr), named)] = expr
    return tuple(named.items())


def _from_outside(expr: Expr, inner: set[str]) -> Iterator[Expr]:
    """Yield the largest parts that read rows or values from outside only."""
    if (
        isinstance(expr, AggregateExpr)
        and isinstance(expr.source, EntityRef)
        and expr.source.root not in inner
    ):
        yield holder_of(expr.source)
        for part in children(expr)[1:]:
            yield from _from_outside(part, inner)
    elif isinstance(expr, ContextRef | OldExpr) or (_reads_rows(expr) and _is_plain(expr, inner)):
        yield expr
    else:
        for part in children(expr):
            yield from _from_outside(part, inner)


def _reads_rows(expr: Expr) -> bool:
    return any(isinstance(e, EntityRef | ContextRef | OldExpr) for e in walk(expr))


def _is_plain(expr: Expr, inner: set[str]) -> bool:
    return not reads_any(expr, inner) and not any(isinstance(e, AggregateExpr) for e in walk(expr))


def holder_of(source: EntityRef) -> EntityRef:
    """Return the row that holds a collection."""
    row = Type("row", nullable=bool(source.via))
    if not source.via:
        return EntityRef(source.entity, "", (), source.root, row)
    *via, last = source.via
    return EntityRef(source.entity, last, tuple(via), source.root, row)


def _name(expr: Expr) -> str:
    match expr:
        case EntityRef():
            parts = (expr.root, *expr.via, wire_of(expr) if expr.field else "id")
        case ContextRef(name=name):
            parts = ("input", name)
        case OldExpr(operand=operand):
            parts = ("old", operand.root, *operand.via, wire_of(operand))
        case _:
            parts = ("value",)
    return _ODD.sub("_", "_".join(parts)).strip("_")


def _free(wanted: str, taken: dict[str, Expr]) -> str:
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}_{number}", number + 1
    return name
