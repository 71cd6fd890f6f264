"""What the delivered history says of the revisions before the newest."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from generator.core.errors import ToldError
from generator.emit.history import HISTORY, Effects, History, Revision, decode
from generator.emit.snapshot import Item, Snapshot
from generator.verify.gates.build import Gated
from generator.verify.gates.probe import Earlier


def history_of(bundle: Gated) -> History | str:
    """Return the history that a bundle carries, or why it has none."""
    text = next((f.text for f in bundle.files if f.path == HISTORY), None)
    if text is None:
        return f"there is no {HISTORY}"
    try:
        return decode(text, HISTORY)
    except ToldError as error:
        return str(error)


def earlier(bundle: Gated) -> Earlier | None:
    """Return what the newest revision meets; None if it is the first, or if nobody knows."""
    history = history_of(bundle)
    if isinstance(history, str) or len(history.revisions) < 2:
        return None
    before, newest = history.revisions[-2:]
    tables = {new: old for old, new in newest.effects.renamed_tables.items()}
    asked = tuple(_newly_asked(before.schema or Snapshot(), newest))
    return Earlier(before.id, before.rows, newest.effects.one_way, asked, newest.rows, tables)


def _newly_asked(before: Snapshot, newest: Revision) -> Iterator[str]:
    """Yield what rows that were there may lack: constraints by name, `table.column` of what was null."""
    known = {_demand(item) for table in before.tables for item in table.items}
    for table in newest.schema.tables if newest.schema else ():
        yield from (item.name for item in table.items if _demand(item) not in known)
    null = {
        f"{table.name}.{column.name}"
        for table in before.tables
        for column in table.columns
        if column.nullable
    }
    effects = newest.effects
    moved = {place: effects.renamed.get(place, _on_its_table(place, effects)) for place in null}
    yield from (place for place in moved.values() if place not in effects.filled)


def _demand(item: Item) -> Item:
    """Return a constraint without what does not matter to rows."""
    return replace(item, name="", node="")


def _on_its_table(place: str, effects: Effects) -> str:
    table, _, column = place.partition(".")
    return f"{effects.renamed_tables.get(table, table)}.{column}"
