"""The one physical view of the database, which models, migration and violations are all printed from."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Literal as OneOf

import msgspec

from generator.emit.sqltypes import Annotation, ColumnType, ServerDefault

Code = OneOf["guard_failed", "conflict", "in_use", "out_of_range"]


class _View(msgspec.Struct, frozen=True):
    """Base of the physical view's parts; `node` is the IR node that a part came from."""


class ForeignKey(_View, frozen=True):
    """A reference to the `id` of `table`; `deferred` ones are added once both tables exist."""

    name: str
    table: str
    cascade: bool
    deferred: bool = False


class Column(_View, frozen=True):
    """A column; `attribute` is its name on the model."""

    name: str
    attribute: str
    type: ColumnType
    nullable: bool
    annotation: Annotation
    default: ServerDefault | None = None
    foreign_key: ForeignKey | None = None
    node: str = ""


class Check(_View, frozen=True):
    """A CHECK constraint over raw SQL."""

    name: str
    sql: str
    node: str


class UniqueConstraint(_View, frozen=True, omit_defaults=True):
    """A plain UNIQUE constraint; a `deferrable` one can wait until a flow is done."""

    name: str
    columns: tuple[str, ...]
    node: str
    deferrable: bool = False


class Index(_View, frozen=True):
    """An index; `where` makes it partial."""

    name: str
    columns: tuple[str, ...]
    unique: bool = False
    where: str = ""
    node: str = ""


class Exclusion(_View, frozen=True, omit_defaults=True):
    """No two rows for which `where` holds may meet in all `elements` (SQL expression, operator)."""

    name: str
    elements: tuple[tuple[str, str], ...]
    where: str
    using: OneOf["gist", "hash", "btree"]
    node: str
    deferrable: bool = False


class Table(_View, frozen=True):
    """A table; `role` says whether it holds an entity's rows, links or counters."""

    name: str
    symbol: str  # its Python name in the models module
    entity: str
    role: OneOf["rows", "links", "counter"]
    key: str  # name of the primary key constraint
    key_columns: tuple[str, ...]
    columns: tuple[Column, ...]
    checks: tuple[Check, ...] = ()
    uniques: tuple[UniqueConstraint, ...] = ()
    indexes: tuple[Index, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    node: str = ""

    def column(self, name: str) -> Column:
        """Return a column by name."""
        return next(c for c in self.columns if c.name == name)

    def parts(self) -> Iterator[tuple[str, str]]:
        """Yield (name, IR node) of everything in it, the table itself under ""."""
        yield "", self.node
        yield from ((c.name, c.node) for c in self.columns)
        yield from ((i.name, i.node) for i in self.indexes)
        yield from self.constraints()

    def constraints(self) -> Iterator[tuple[str, str]]:
        """Yield (name, IR node) of each constraint."""
        yield self.key, self.node
        yield from ((c.foreign_key.name, c.node) for c in self.columns if c.foreign_key)
        yield from ((c.name, c.node) for c in self.checks)
        yield from ((u.name, u.node) for u in self.uniques)
        yield from ((e.name, e.node) for e in self.exclusions)


class SpanType(_View, frozen=True):
    """A range type made in the migration, for exclusion over a type that has none built in."""

    name: str
    subtype: str
    collation: str = ""


class Violation(_View, frozen=True):
    """The answer when the database refuses a statement because of the constraint `name`.

    A foreign key has two: this one for deleting the row that is referred to, and
    that the `missing` entity's row was not found for writing the row that refers.
    """

    name: str
    status: int
    code: Code
    constraint: str
    message: str
    missing: str = ""


class Physical(_View, frozen=True, dict=True):
    """Every table, referenced before referring, and what hangs on them."""

    tables: tuple[Table, ...]
    span_types: tuple[SpanType, ...]
    violations: tuple[Violation, ...]

    @cached_property
    def _by_entity(self) -> dict[str, list[Table]]:
        found: dict[str, list[Table]] = {}
        for table in self.tables:
            found.setdefault(table.entity, []).append(table)
        return found

    @cached_property
    def _by_node(self) -> dict[str, Table]:
        return {t.node: t for t in self.tables}

    def of_entity(self, entity: str) -> list[Table]:
        """Return an entity's tables: its rows, then its links and counters."""
        return self._by_entity[entity]

    def rows(self, entity: str) -> Table:
        """Return the table that holds an entity's rows."""
        return self._by_entity[entity][0]

    def of_node(self, node: str) -> Table:
        """Return the table made for an IR id: an entity, a collection of links, a counter field."""
        return self._by_node[node]
