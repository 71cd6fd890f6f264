"""The reference interpreter as the planner uses it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from generator.ir.index import Index
from generator.ir.model import ApplicationIR, Collection
from generator.verify.interpreter import MISSING, Interpreter
from generator.verify.interpreter.store import State

Rows = Mapping[str, dict[str, Any]]  # id -> field -> JSON of the stored value
Found = tuple[tuple[str, str], ...]  # (entity, id)


class Oracle:
    """One interpreter; rows and ids as text."""

    def __init__(self, ir: ApplicationIR) -> None:
        self._interpreter = Interpreter(ir)
        self._index = Index(ir)
        self._holders = {c.id: e.name for e in ir.domain.entities for c in e.collections if c.kind == "links"}

    def clear(self) -> None:
        """Forget every row."""
        self._interpreter.clear()

    def call(
        self, operation: str, path: Mapping[str, str], query: Mapping[str, str], body: Any, now: datetime
    ) -> tuple[int, Any]:
        """Carry out a request; the status and the JSON of the answer, None for no content."""
        answer = self._interpreter.call(operation, path, query, body, now=now)
        return answer.status, answer.body

    def state(self) -> State:
        """Return the present state; it never changes."""
        return self._interpreter.snapshot()

    def restore(self, state: State) -> None:
        """Go back to a state."""
        self._interpreter.restore(state)

    def rows(self, entity: str) -> Rows:
        """Return an entity's rows."""
        return self._interpreter.rows(entity)

    def members(self, row_id: str, collection: Collection) -> list[str]:
        """Return the ids of the rows that a row owns or links to."""
        if collection.kind == "links":
            return sorted(map(str, self.state().links.get((collection.id, UUID(row_id)), ())))
        rows = self.rows(collection.entity)
        return [i for i, row in rows.items() if row[collection.inverse] == row_id]

    def difference(self, before: State, after: State) -> tuple[Found, Found, Found]:
        """Return the rows that are new, other and gone, entity by entity, by id."""
        created: list[tuple[str, str]] = []
        changed: list[tuple[str, str]] = []
        deleted: list[tuple[str, str]] = []
        for entity, rows in after.tables.items():
            old = before.tables[entity]
            if old is rows:
                continue
            created += [(entity, str(i)) for i in sorted(rows) if i not in old]
            changed += [(entity, str(i)) for i in sorted(rows) if i in old and rows[i] != old[i]]
            deleted += [(entity, str(i)) for i in sorted(old) if i not in rows]
        linked = [c for c in self._relinked(before, after) if c not in created and c not in deleted]
        changed += [c for c in linked if c not in changed]
        return tuple(created), tuple(changed), tuple(deleted)

    def _relinked(self, before: State, after: State) -> list[tuple[str, str]]:
        if before.links is after.links:
            return []
        keys = sorted(k for k in {**before.links, **after.links} if before.links.get(k) != after.links.get(k))
        return [(self._holders[collection], str(row_id)) for collection, row_id in keys]


__all__ = ["MISSING", "Found", "Oracle", "Rows", "State"]
