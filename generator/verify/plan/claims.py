"""Which values the rows of a scenario take, so that no other scenario may have rows with the same."""

from __future__ import annotations

from typing import Any

from generator.expr.evaluate import holds
from generator.ir.index import Index
from generator.ir.model import Entity, Managed, Unique
from generator.verify.interpreter.store import Row, State, Transaction
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

    def taken(self, before: State, after: State) -> frozenset[Claim]:
        """Return the claims of rows that are new or other than before."""
        if before is after:
            return frozenset()
        then, now = (World(self._index, Transaction(state), START) for state in (before, after))
        found: set[Claim] = set()
        for entity, uniques in self._uniques.items():
            old, table = before.tables[entity], after.tables[entity]
            for row_id in table if old is not table else ():
                if old.get(row_id) is not table[row_id]:
                    row = Row(entity, row_id)
                    found |= _of(uniques, row, now) - (_of(uniques, row, then) if row_id in old else set())
        return frozenset(found)


def _of(uniques: list[Unique], row: Row, world: World) -> set[Claim]:
    values = world.tx.values(row)
    counted = (u for u in uniques if u.only is None or holds(u.only, world, {"self": row}))
    claims = ((u.id, tuple(values[name] for name in u.fields)) for u in counted)
    return {c for c in claims if None not in c[1]}


def _is_shared(entity: Entity, unique: Unique) -> bool:
    fields = {f.name: f for f in entity.fields}
    return not any(
        fields[name].type.name == "row" or fields[name].managed is Managed.COUNTER for name in unique.fields
    )
