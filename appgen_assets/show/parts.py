"""Pieces that metadata is made of."""

from collections.abc import Iterable, Sequence
from enum import Enum

import dagster as dg

Cell = str | int | float | bool | None
_MOST_ROWS = 200
_MOST_LINES = 120


def table(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> dg.TableMetadataValue:
    """Return a table; of a long one the first rows."""
    listed = [dict(zip(columns, map(_plain, row), strict=True)) for row in rows][:_MOST_ROWS]
    if not listed:
        listed = [dict.fromkeys(columns, "")]
    schema = dg.TableSchema(columns=[dg.TableColumn(name) for name in columns])
    return dg.MetadataValue.table([dg.TableRecord(row) for row in listed], schema=schema)


def _plain(cell: Cell) -> Cell:
    return str(cell.value) if isinstance(cell, Enum) else cell


def code(text: str, language: str) -> dg.MarkdownMetadataValue:
    """Return a code block; of a long text the first lines."""
    lines = text.splitlines()
    more = [f"… {len(lines) - _MOST_LINES} more lines"] if len(lines) > _MOST_LINES else []
    shown = "\n".join([*lines[:_MOST_LINES], *more]).replace("```", "` ` `")
    return dg.MetadataValue.md(f"```{language}\n{shown}\n```")


def counts(**numbers: int) -> dict[str, dg.IntMetadataValue]:
    """Return one number each."""
    return {name.replace("_", " "): dg.MetadataValue.int(number) for name, number in numbers.items()}
