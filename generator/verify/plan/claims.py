"""Which values the rows of a scenario take, so that no other scenario may have rows with the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from generator.expr.evaluate import holds
from generator.ir.index import Index
from generator.ir.model import Entity, Managed, Unique
from generator.verify.interpreter import Interpreter
from generator.verify.interpreter.store import Row, Transaction
from generator.verify.interpreter.world import World
from generator.verify.plan.conditions import all_uniques
from generator.verify.plan.session import START

Claim = tuple[str, tuple[Any, ...]]


class Claims:
    """Reads claims off the rows of an interpreter; a unique over a reference never concerns two scenarios."""

    def __init__(self, index: Index) -> None:
        found = {e.name: [u for u in all_uniques(e) if _is_shared(e, u)] for e in index.entities.values()}
        self._uniques = {name: uniques for name, uniques in found.items() if uniques}
        self._index = index
        self._known: dict[str, tuple[object, frozenset[Claim]]] = {}
        self._all: frozenset[Claim] = frozenset()

    def of(self, interpreter: Interpreter) -> frozenset[Claim]:
        """Return the claims of all rows that are there."""
        tables = interpreter.snapshot().tables
        changed = [n for n in self._uniques if n not in self._known or self._known[n][0] is not tables[n]]
        if changed:
            for name in changed:
                self._of(interpreter, name, tables[name])
            self._all = frozenset().union(*(self._known[name][1] for name in self._uniques))
        return self._all

    def _of(self, interpreter: Interpreter, entity: str, table: object) -> None:
        rows = interpreter.rows(entity)
        world = World(self._index, Transaction(interpreter.snapshot()), START)
        claims = (
            _claim(unique, row)
            for unique in self._uniques[entity]
            for key, row in rows.items()
            if unique.only is None or holds(unique.only, world, {"self": Row(entity, UUID(key))})
        )
        self._known[entity] = (table, frozenset(c for c in claims if None not in c[1]))


def _is_shared(entity: Entity, unique: Unique) -> bool:
    fields = {f.name: f for f in entity.fields}
    return not any(
        fields[name].type.name == "row" or fields[name].managed is Managed.COUNTER for name in unique.fields
    )


def _claim(unique: Unique, row: Mapping[str, Any]) -> Claim:
    return (unique.id, tuple(row[name] for name in unique.fields))
