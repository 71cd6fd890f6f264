"""The schema of a revision as it is remembered: what a database can know of the physical view."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from typing import Literal as OneOf

import msgspec
from msgspec.structs import replace

from generator.emit.sqltypes import ColumnType, ServerDefault
from generator.emit.tables import (
    Check,
    Exclusion,
    ForeignKey,
    Index,
    Physical,
    SpanType,
    UniqueConstraint,
)
from generator.emit.tables import Table as PhysicalTable

Item = Check | UniqueConstraint | Exclusion | Index


class _Remembered(msgspec.Struct, frozen=True, omit_defaults=True):
    """Base: what is as usual is left out of the file."""


class Column(_Remembered, frozen=True, omit_defaults=True):
    """A column; `node` says which field it was made for."""

    name: str
    type: ColumnType
    nullable: bool = False
    default: ServerDefault | None = None
    foreign_key: ForeignKey | None = None
    node: str = ""


class Table(_Remembered, frozen=True, omit_defaults=True):
    """A table with everything that hangs on it."""

    name: str
    role: OneOf["rows", "links", "counter"]
    entity: str
    node: str
    key: str
    key_columns: tuple[str, ...]
    columns: tuple[Column, ...]
    checks: tuple[Check, ...] = ()
    uniques: tuple[UniqueConstraint, ...] = ()
    indexes: tuple[Index, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()

    def column(self, name: str) -> Column:
        """Return a column by name."""
        return next(c for c in self.columns if c.name == name)

    @property
    def items(self) -> tuple[Item, ...]:
        """The constraints and indexes that are no keys."""
        return (*self.uniques, *self.exclusions, *self.checks, *self.indexes)


class Snapshot(_Remembered, frozen=True, omit_defaults=True):
    """Every table, referenced before referring."""

    tables: tuple[Table, ...] = ()
    span_types: tuple[SpanType, ...] = ()

    @property
    def entities(self) -> dict[str, Table]:
        """The tables of entities by the entity's name."""
        return {t.entity: t for t in self.tables if t.role == "rows"}


def snapshot(database: Physical) -> Snapshot:
    """Return what is remembered of a database."""
    return Snapshot(tuple(_table(t) for t in database.tables), database.span_types)


def _table(table: PhysicalTable) -> Table:
    columns = tuple(
        Column(c.name, c.type, c.nullable, c.default, c.foreign_key, c.node) for c in table.columns
    )
    return Table(
        table.name,
        table.role,
        table.entity,
        table.node,
        table.key,
        table.key_columns,
        columns,
        table.checks,
        table.uniques,
        table.indexes,
        table.exclusions,
    )


def same_schema(one: Snapshot, other: Snapshot) -> bool:
    """Whether two databases are the same; the order of parts, and whom they are for, don't matter."""
    return bool(_schema(one) == _schema(other))


def _schema(database: Snapshot) -> Any:
    spans = {t.name: t for t in database.span_types}
    return spans, {t.name: _parts(t) for t in database.tables}


def _parts(table: Table) -> Any:
    columns = {c.name: plain_column(c) for c in table.columns}
    return columns, table.key, table.key_columns, _by_name(table.items)


def _by_name(items: Iterable[Item]) -> dict[str, Item]:
    return {item.name: replace(item, node="") for item in items}


def plain_column(column: Column) -> Column:
    """Return a column without whom it is for, and without when its key is made."""
    key = column.foreign_key
    return replace(column, node="", foreign_key=key and replace(key, deferred=False))
