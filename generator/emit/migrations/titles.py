"""What a revision is called: by what it does first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from generator.emit.migrations.ops import (
    AddColumn,
    AddItem,
    AddKey,
    AlterType,
    CreateTable,
    DropColumn,
    DropItem,
    DropKey,
    DropTable,
    Op,
    RenameColumn,
    RenameTable,
    SetDefault,
    SetNullable,
)

_LONGEST = 48


def title(ops: Iterable[Op]) -> str:
    """Return what a revision does, for its docstring."""
    named = list(dict.fromkeys(_phrases(ops)))
    shown = ", ".join(named[:5]) or "Change the schema"
    more = f" and {len(named) - 5} more" if len(named) > 5 else ""
    return f"{shown[0].upper()}{shown[1:]}{more}."


def slug(ops: Iterable[Op]) -> str:
    """Return what a revision does, for the name of its file."""
    named = list(dict.fromkeys(_phrases(ops)))
    first = re.sub(r"[^a-z0-9]+", "_", named[0].lower()).strip("_")[:_LONGEST] if named else "schema"
    return f"{first}_and_more" if len(named) > 1 else first


def _phrases(ops: Iterable[Op]) -> Iterator[str]:
    """Yield what a person would name; what follows from it is only named when there is nothing else."""
    listed = list(ops)
    yield from (p for op in listed if (p := _main(op)))
    yield from (p for op in listed if (p := _minor(op)) and not any(_main(o) for o in listed))


def _main(op: Op) -> str:
    match op:
        case CreateTable(_, table):
            return f"add {table.name}"
        case DropTable(_, table):
            return f"drop {table.name}"
        case RenameTable(_, old, new):
            return f"rename {old} to {new}"
        case RenameColumn(_, table, old, new):
            return f"rename {table}.{old} to {new}"
        case AddColumn(_, table, column):
            return f"add {table}.{column.name}"
        case DropColumn(_, table, column):
            return f"drop {table}.{column.name}"
        case AlterType(_, table, column):
            return f"change {table}.{column}"
        case _:
            return ""


def _minor(op: Op) -> str:
    match op:
        case SetDefault(_, table, column) | SetNullable(_, table, column):
            return f"change {table}.{column}"
        case AddItem(_, _, item):
            return f"add {item.name}"
        case DropItem(_, _, item):
            return f"drop {item.name}"
        case AddKey(_, _, _, key):
            return f"add {key.name}"
        case DropKey(_, _, _, key):
            return f"drop {key.name}"
        case _:
            return ""
