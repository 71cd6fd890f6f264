"""A small application with rows in it, as each reader of expressions sees them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from generator.core.diagnostics import Diagnostics
from generator.core.spans import Span
from generator.emit.exprs.derived import expand, settled
from generator.emit.physical import link_columns, physical
from generator.expr.evaluate import evaluate
from generator.expr.model import AggregateExpr, EntityRef, Expr, Type
from generator.expr.parse import parse_expression
from generator.expr.scope import RowBinding, Scope
from generator.expr.typing import resolve
from generator.expr.walk import walk
from generator.ir.index import Index, stored_fields
from generator.ir.lower import lower
from generator.ir.model import Managed
from generator.spec.load import load_app

SPEC = """
app: boxes
enums: {Color: [RED, GREEN, BLUE]}
entities:
  Holder:
    fields:
      name: string
      credit: decimal(10,2)
      limit: int?
      friends: Holder[]
      worth: decimal(12,1) := credit * 1.15
  Box:
    fields:
      holder: -> Holder
      parent: -> Box?
      color: Color?
      size: int
      rate: decimal(8,3)
      fee: decimal(6,2)?
      ratio: float
      open: bool
      flag: bool?
      made_at: datetime
      seen_at: datetime?
      due: date
      at: time
      note: text?
      parts: Part[] owned
      total: decimal(12,2) := sum(parts, amount * price)
      heavy: bool? := any(parts, weight > 1)
      share: decimal(8,4)? := total / size
    states:
      status: {initial: NEW, NEW: [DONE]}
  Part:
    fields:
      maker: -> Holder?
      amount: int
      price: decimal(8,2)
      weight: float?
      day: date?
"""
NOW = dt.datetime(2026, 5, 4, 12, 30, 15, 250000, tzinfo=dt.UTC)
AT = Span("a.yaml", 1, 1, 1, 1)
INPUTS = {"n": Type("int"), "x": Type("decimal"), "why": Type("string", nullable=True)}

IR = lower(load_app("a.yaml", lambda _: SPEC)).ir
INDEX = Index(IR)
DATABASE = physical(IR)
METADATA = sa.MetaData()


def _type(column: Any) -> sa.types.TypeEngine[Any]:
    home = postgresql if column.type.dialect else sa
    return getattr(home, column.type.name)(*column.type.args, **dict(column.type.options))


TABLES = {
    t.name: sa.Table(t.name, METADATA, *(sa.Column(c.name, _type(c)) for c in t.columns))
    for t in DATABASE.tables
}
FRIENDS = DATABASE.of_node("collection:Holder.friends").name
LINK = link_columns(INDEX.entities["Holder"], INDEX.collection("Holder", "friends"))


class IrSchema:
    """The IR as the schema that expressions are typed against."""

    def field(self, entity: str, name: str) -> Type | None:
        return INDEX.field(entity, name).type if INDEX.has_field(entity, name) else None

    def is_over_rows(self, ref: EntityRef) -> bool:
        return any(isinstance(part, AggregateExpr) for part in walk(expand(ref, INDEX)))

    def collection(self, entity: str, name: str) -> str | None:
        return INDEX.collection(entity, name).entity if INDEX.has_collection(entity, name) else None

    def entity_exists(self, name: str) -> bool:
        return name in INDEX.entities

    def names(self, entity: str) -> Iterable[str]:
        return [f.name for f in INDEX.entities[entity].fields]

    def entities(self) -> Iterable[str]:
        return list(INDEX.entities)

    def enum_values(self, enum: str) -> tuple[str, ...]:
        return INDEX.enums[enum].values


SELF = RowBinding("self", "Box")
SCOPE = Scope(
    rows={"self": SELF, "box": SELF},
    inputs={**INPUTS, "to": Type("row", of="Holder", nullable=True)},
    own=SELF,
)
LOCAL = Scope(rows={"self": SELF, "box": SELF}, inputs={}, own=SELF)


def typed(text: str, scope: Scope = SCOPE) -> Expr:
    """Parse and type an expression about a box."""
    found = Diagnostics()
    expr = resolve(parse_expression(text, AT), scope, IrSchema(), found)
    assert expr is not None, (text, list(found))
    return expr


@dataclass
class World:
    """Rows by entity (dicts of stored values by wire name), links between holders, and a request."""

    rows: dict[str, list[dict[str, Any]]]
    friends: set[tuple[UUID, UUID]]
    inputs: dict[str, Any]
    to: UUID | None
    now: dt.datetime = NOW
    objects: dict[UUID, Any] = field(default_factory=dict)

    # --- the reference interpreter's view ----------------------------------------

    def _find(self, entity: str, key: UUID) -> tuple[str, UUID]:
        return entity, key

    def _row(self, row: tuple[str, UUID]) -> dict[str, Any]:
        return next(r for r in self.rows[row[0]] if r["id"] == row[1])

    def field(self, row: tuple[str, UUID], name: str) -> Any:
        found = INDEX.field(row[0], name)
        if found.managed is Managed.DERIVED:
            assert found.value is not None
            return evaluate(settled(found.value, found.type), self, {"self": row})
        value = self._row(row)[found.wire]
        if found.type.name == "row":
            return None if value is None else (found.type.of, value)
        return value

    def before(self, row: tuple[str, UUID], name: str) -> Any:
        return self.field(row, name)

    def members(self, row: tuple[str, UUID], collection: str) -> Sequence[tuple[str, UUID]]:
        if collection == "friends":
            return sorted(("Holder", b) for a, b in self.friends if a == row[1])
        return sorted(("Part", r["id"]) for r in self.rows["Part"] if r["box_id"] == row[1])

    def all_rows(self, entity: str) -> Sequence[tuple[str, UUID]]:
        return sorted((entity, r["id"]) for r in self.rows[entity])

    def value(self, source: str, name: str) -> Any:
        assert source == "input"
        return self.inputs[name]

    # --- the emitted Python's view ------------------------------------------------

    def record(self, entity: str, key: UUID | None) -> Any:
        """Return a row as an object whose references and collections are loaded."""
        if key is None:
            return None
        if key not in self.objects:
            row = self._row((entity, key))
            self.objects[key] = made = SimpleNamespace(**row)
            for f in INDEX.entities[entity].fields:
                if f.type.name == "row":
                    setattr(made, f.name, self.record(f.type.of, row[f.wire]))
            for collection in INDEX.entities[entity].collections:
                members = self.members((entity, key), collection.name)
                setattr(made, collection.name, [self.record(e, k) for e, k in members])
        return self.objects[key]

    # --- the database's view ------------------------------------------------------

    @contextmanager
    def stored(self, connection: sa.Connection) -> Iterator[None]:
        """Hold the rows in the database for a while."""
        outer = connection.begin()
        try:
            for entity in INDEX.entities.values():
                if self.rows[entity.name]:
                    connection.execute(TABLES[entity.plural].insert(), self.rows[entity.name])
            if self.friends:
                links = [dict(zip(LINK, pair, strict=True)) for pair in sorted(self.friends)]
                connection.execute(TABLES[FRIENDS].insert(), links)
            yield
        finally:
            outer.rollback()


class Interpreted:
    """The interpreter's environment: `rows` there is a method, here it is the data."""

    def __init__(self, world: World) -> None:
        self.now = world.now
        self.field, self.before = world.field, world.before
        self.members, self.rows, self.value = world.members, world.all_rows, world.value


def plain(value: Any) -> Any:
    """Return a value as something that compares across readers."""
    if isinstance(value, tuple):
        return value[1]
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    return value


def stored_names(entity: str) -> Mapping[str, str]:
    """Return field -> wire name of the stored fields."""
    return {f.name: f.wire for f in stored_fields(INDEX.entities[entity])}
