"""What a revision does, step by step: every step knows what undoes it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from generator.emit.snapshot import Column, Item, Table
from generator.emit.sqltypes import ColumnType, ServerDefault
from generator.emit.tables import ForeignKey, SpanType


class _Op(msgspec.Struct, frozen=True):
    """Base; `node` is the IR node that a step is for."""

    node: str


class CreateType(_Op, frozen=True):
    """Make a range type."""

    span: SpanType


class DropType(_Op, frozen=True):
    """Take a range type away."""

    span: SpanType


class CreateTable(_Op, frozen=True):
    """Make a table with its constraints and indexes; deferred keys come later."""

    table: Table


class DropTable(_Op, frozen=True):
    """Take a table away."""

    table: Table


class RenameTable(_Op, frozen=True):
    """Call a table otherwise."""

    old: str
    new: str


class RenameColumn(_Op, frozen=True):
    """Call a column otherwise."""

    table: str
    old: str
    new: str


class RenamePart(_Op, frozen=True):
    """Call a constraint or an index otherwise."""

    table: str
    old: str
    new: str
    index: bool = False


class AddColumn(_Op, frozen=True):
    """Make a column; its key comes later."""

    table: str
    column: Column


class DropColumn(_Op, frozen=True):
    """Take a column away."""

    table: str
    column: Column


class AlterType(_Op, frozen=True):
    """Store a column's values as another type; the default is set aside meanwhile."""

    table: str
    column: str
    old: ColumnType
    new: ColumnType


class SetDefault(_Op, frozen=True):
    """Give a column another default."""

    table: str
    column: str
    old: ServerDefault | None
    new: ServerDefault | None


class SetNullable(_Op, frozen=True):
    """Let a column be null, or not."""

    table: str
    column: str
    nullable: bool


class Fill(_Op, frozen=True):
    """Give rows that are there a value; nothing has to be undone."""

    table: str
    column: str
    sql: str


class Run(_Op, frozen=True):
    """Change rows by a statement; `back` is the one for the way back, if there is one."""

    sql: str
    back: str = ""


class AddKey(_Op, frozen=True):
    """Make a foreign key."""

    table: str
    column: str
    key: ForeignKey


class DropKey(_Op, frozen=True):
    """Take a foreign key away."""

    table: str
    column: str
    key: ForeignKey


class AddItem(_Op, frozen=True):
    """Make a constraint or an index."""

    table: str
    item: Item


class DropItem(_Op, frozen=True):
    """Take a constraint or an index away."""

    table: str
    item: Item


Op = (
    CreateType
    | DropType
    | CreateTable
    | DropTable
    | RenameTable
    | RenameColumn
    | RenamePart
    | AddColumn
    | DropColumn
    | AlterType
    | SetDefault
    | SetNullable
    | Fill
    | Run
    | AddKey
    | DropKey
    | AddItem
    | DropItem
)


def undone(ops: Iterable[Op]) -> list[Op]:
    """Return the steps that lead back, last first."""
    return [back for op in reversed(list(ops)) if (back := _undo(op)) is not None]


def _undo(op: Op) -> Op | None:  # noqa: C901, PLR0911 - a line for each kind of step
    match op:
        case CreateType(node, span):
            return DropType(node, span)
        case DropType(node, span):
            return CreateType(node, span)
        case CreateTable(node, table):
            return DropTable(node, table)
        case DropTable(node, table):
            return CreateTable(node, table)
        case AddColumn(node, table, column):
            return DropColumn(node, table, column)
        case DropColumn(node, table, column):
            return AddColumn(node, table, column)
        case AddKey(node, table, column, key):
            return DropKey(node, table, column, key)
        case DropKey(node, table, column, key):
            return AddKey(node, table, column, key)
        case AddItem(node, table, item):
            return DropItem(node, table, item)
        case DropItem(node, table, item):
            return AddItem(node, table, item)
        case RenameTable() | RenameColumn() | RenamePart() | AlterType() | SetDefault():
            return replace(op, old=op.new, new=op.old)
        case SetNullable():
            return replace(op, nullable=not op.nullable)
        case Run(node, sql, back):
            return Run(node, back, sql) if back else None
        case Fill():
            return None
