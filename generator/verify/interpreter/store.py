"""Rows in memory: tables that are copied when they are first written to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

Values = Mapping[str, Any]
Table = dict[UUID, Values]


class Row(NamedTuple):
    """Which row: equal handles are the same row."""

    entity: str
    id: UUID


class State(msgspec.Struct, frozen=True):
    """Everything stored; never changed in place.

    `links`: (collection id, row id) -> linked ids; `counters`: (field id, id of
    the row it counts for) -> last number given out; `made`: how many ids were.
    """

    tables: Mapping[str, Table]
    links: Mapping[tuple[str, UUID], frozenset[UUID]] = {}
    counters: Mapping[tuple[str, UUID | None], int] = {}
    made: int = 0


class Transaction:
    """Changes on top of a state; dropping the transaction undoes them."""

    def __init__(self, state: State) -> None:
        self.before = state
        self._tables = dict(state.tables)
        self._own: set[str] = set()
        self._links: dict[tuple[str, UUID], frozenset[UUID]] | None = None
        self._counters = state.counters
        self.made = state.made
        self._drafts: dict[Row, dict[str, Any]] = {}
        self._deleted: dict[Row, Values] = {}
        self.written: dict[Row, set[str]] = {}
        self.created: set[Row] = set()

    def commit(self) -> State:
        """Return the state with the changes."""
        links = self.before.links if self._links is None else self._links
        return State(self._tables, links, self._counters, self.made)

    def table(self, entity: str) -> Table:
        """Return an entity's rows by id; not to be changed."""
        return self._tables[entity]

    def has(self, row: Row) -> bool:
        """Whether the row is stored."""
        return row.id in self._tables[row.entity]

    def values(self, row: Row) -> Values:
        """Return a row's stored fields; of a deleted row, the last ones."""
        stored = self._tables[row.entity].get(row.id)
        if stored is not None:
            return stored
        return self._drafts[row] if row in self._drafts else self._deleted[row]

    def rows(self, entity: str) -> list[Row]:
        """Return all stored rows in order of id."""
        return [Row(entity, i) for i in sorted(self._tables[entity])]

    # --- writing -----------------------------------------------------------------

    def draft(self, row: Row) -> dict[str, Any]:
        """Begin a row that is not yet among the others; its fields may be set in the result."""
        self._drafts[row] = {"id": row.id}
        return self._drafts[row]

    def insert(self, row: Row) -> None:
        """Store a draft."""
        self._writable(row.entity)[row.id] = self._drafts.pop(row)
        self.created.add(row)
        self.written.setdefault(row, set())

    def put(self, row: Row, name: str, value: Any) -> None:
        """Set one field of a row; a write to a deleted row is lost."""
        if not self.has(row):
            self._deleted[row] = {**self.values(row), name: value}
            return
        table = self._writable(row.entity)
        table[row.id] = {**table[row.id], name: value}
        self.written.setdefault(row, set()).add(name)

    def touch(self, row: Row, name: str) -> None:
        """Count a field as written."""
        self.written.setdefault(row, set()).add(name)

    def delete(self, row: Row) -> None:
        """Take a row out, and its links on either side."""
        self._deleted[row] = self._writable(row.entity).pop(row.id)
        self.written.pop(row, None)
        self.created.discard(row)

    def _writable(self, entity: str) -> Table:
        if entity not in self._own:
            self._tables[entity] = dict(self._tables[entity])
            self._own.add(entity)
        return self._tables[entity]

    # --- links, counters ---------------------------------------------------------

    def linked(self, collection: str, row: UUID) -> frozenset[UUID]:
        """Return the ids linked to a row."""
        links = self.before.links if self._links is None else self._links
        return links.get((collection, row), frozenset())

    def link(self, collection: str, row: UUID, ids: frozenset[UUID]) -> None:
        """Replace the ids linked to a row."""
        if self._links is None:
            self._links = dict(self.before.links)
        self._links[collection, row] = ids

    def count(self, field: str, scope: UUID | None) -> int:
        """Give out the next number."""
        last = self._counters.get((field, scope), 0) + 1
        self._counters = {**self._counters, (field, scope): last}
        return last

    def uncount(self) -> None:
        """Take back the numbers given out: their row was not made."""
        self._counters = self.before.counters
