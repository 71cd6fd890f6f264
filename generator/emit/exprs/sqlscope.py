"""Expressions over rows of statements: paths and aggregates become correlated subqueries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal as OneOf

from generator.emit.exprs.computed import holder_of
from generator.emit.exprs.pyaggregates import element_name
from generator.emit.exprs.sqllower import Lower, UnsupportedError, wire_of
from generator.emit.exprs.sqltree import (
    Call,
    Column,
    Const,
    Infix,
    Not,
    Quotient,
    Rows,
    Select,
    Sql,
    Truth,
)
from generator.emit.python import attribute, free_name
from generator.expr.model import INT, AggregateExpr, EntityRef, Expr, Literal, RowsOf
from generator.ir.index import Index

_ZERO = Const(Literal(0, INT))


class Aliases:
    """The aliases that a module's statements use; one that is free may serve again."""

    def __init__(self, taken: set[str]) -> None:
        self._taken = taken
        self.made: dict[str, Rows] = {}

    def take(self, wanted: str, entity: str, links: str, busy: set[str]) -> Rows:
        """Return an alias of a table that no enclosing query uses."""
        for name, rows in self.made.items():
            if name not in busy and (rows.entity, rows.links) == (entity, links):
                return rows
        name = free_name(wanted, self._taken | self.made.keys())
        self.made[name] = Rows(name, entity, links)
        return self.made[name]


class Scope(Lower):
    """Lowers expressions whose rows have names: `rows` maps a binding to a table or alias."""

    def __init__(
        self,
        index: Index,
        aliases: Aliases,
        rows: Mapping[str, str],
        params: Mapping[Expr, str] | None = None,
        busy: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(params)
        self._index = index
        self._aliases = aliases
        self._rows = rows
        self._busy = busy

    def ref(self, ref: EntityRef) -> Sql:
        """Return a column of the row, or of a row that it leads to."""
        if ref.root not in self._rows:
            raise UnsupportedError(f"no row of the statement is {ref.root!r}")
        if not ref.via:
            return Column(self._rows[ref.root], wire_of(ref) if ref.field else "id")
        return self._far(ref)

    def _far(self, ref: EntityRef) -> Select:
        entity, holder = ref.entity.removeprefix("entity:"), self._rows[ref.root]
        rows: list[Rows] = []
        where: list[Sql] = []
        for name in ref.via:
            field = self._index.field(entity, name)
            entity = field.type.of
            step = self._take(attribute(name), entity, "", {r.alias for r in rows})
            where.append(Infix("=", Column(step.alias, "id"), Column(holder, field.wire)))
            rows.append(step)
            holder = step.alias
        return Select(Column(holder, wire_of(ref)), tuple(rows), tuple(where))

    def _take(self, wanted: str, entity: str, links: str, here: set[str]) -> Rows:
        busy = {*self._busy, *here, *self._rows.values()}
        return self._aliases.take(wanted, entity, links, busy)

    # --- aggregates -----------------------------------------------------------

    def aggregate(self, expr: AggregateExpr) -> Sql:
        """Return an aggregate as a subquery over the collection's rows."""
        rows, where = self._members(expr)
        inner = self._inside(expr.binding, rows)
        if expr.where is not None:
            where = (*where, inner.lower(expr.where))
        if expr.op == "count":
            return Select(Call("count", ()), rows, where)
        assert expr.value is not None  # noqa: S101 - only a count has none
        value = inner.lower(expr.value)
        if expr.op in ("any", "all"):
            return _quantified(expr, value, rows, where)
        return Select(_fold(expr, value), rows, where)

    def _inside(self, binding: str, rows: tuple[Rows, ...]) -> Scope:
        names = {**self._rows, binding: rows[0].alias}
        busy = self._busy | {r.alias for r in rows}
        return Scope(self._index, self._aliases, names, self._params, busy)

    def _members(self, expr: AggregateExpr) -> tuple[tuple[Rows, ...], tuple[Sql, ...]]:
        """Return the rows of a collection, the element first, and what ties them to their holder."""
        if isinstance(expr.source, RowsOf):
            entity = self._index.entities[expr.source.entity.removeprefix("entity:")]
            return (self._take(attribute(entity.snake), entity.name, "", set()),), ()
        source = expr.source
        collection = self._index.collection(
            self._index.hop(source.entity.removeprefix("entity:"), source.via), source.field
        )
        holder = self.lower(holder_of(source))
        name = attribute(element_name(collection.name, collection.entity))
        element = self._take(name, collection.entity, "", set())
        if collection.kind == "owned":
            inverse = self._index.field(collection.entity, collection.inverse)
            return (element,), (Infix("=", Column(element.alias, inverse.wire), holder),)
        links = self._take(collection.table, "", collection.id, {element.alias})
        tied = Infix("=", Column(links.alias, "source"), holder)
        return (element, links), (
            tied,
            Infix("=", Column(element.alias, "id"), Column(links.alias, "target")),
        )


def _quantified(expr: AggregateExpr, value: Sql, rows: tuple[Rows, ...], where: tuple[Sql, ...]) -> Sql:
    op: OneOf["any", "all"] = "any" if expr.op == "any" else "all"
    assert expr.value is not None  # noqa: S101
    if expr.value.type.nullable:
        return Select(Truth(op, value), rows, where)
    if expr.value == Literal(True, expr.value.type):
        return Select(None, rows, where) if op == "any" else value
    decisive = value if op == "any" else Not(value)
    found = Select(None, rows, (*where, decisive))
    return found if op == "any" else Not(found)


def _fold(expr: AggregateExpr, value: Sql) -> Sql:
    match expr.op:
        case "sum":
            return Call("coalesce", (Call("sum", (value,)), _ZERO))
        case "avg" if expr.type.name == "float":
            return Call("avg", (value,))
        case "avg":
            return Quotient(Call("sum", (value,)), Call("count", (value,)))
        case op:
            return Call(op, (value,))
