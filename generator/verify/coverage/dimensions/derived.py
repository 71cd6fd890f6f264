"""Every derived value held against one that was worked out from the IR."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from generator.ir.model import Entity, Field, Managed
from generator.verify.coverage.case import Case
from generator.verify.coverage.model import Item
from generator.verify.coverage.replay import Moment
from generator.verify.without import without_value

DERIVED = "derived values"


def derived(case: Case) -> Iterator[Item]:
    """Yield an item for each derived field, covered by a read that would tell another value."""
    reads = [m for m in case.all() if m.ok and m.step.method == "GET"]
    for entity in case.index.entities.values():
        for field in entity.fields:
            if field.managed is Managed.DERIVED:
                yield _told(case, entity, field, reads)


def _told(case: Case, entity: Entity, field: Field, reads: list[Moment]) -> Item:
    player = case.changed(("value", field.id), partial(without_value, field=field.id))
    shown = (m for m in reads if m.before.tables[entity.name])
    by = next((m.scenario.name for m in shown if player.read_again(m, m.before)), "")
    what = f"{entity.name}.{field.wire} is what follows from its definition"
    return Item(DERIVED, field.id, field.id, what, "covered" if by else "missing", by)
