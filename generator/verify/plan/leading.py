"""References that only flows write: have a flow lead one to a wanted row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from generator.expr.model import EntityRef
from generator.ir.model import Assign
from generator.verify.plan.wants import Program

if TYPE_CHECKING:
    from generator.verify.plan.conditions import Writer
    from generator.verify.plan.turning import Turner

MOST = 3


def lead(turner: Turner, program: Program, key: int, writers: list[Writer], row: int) -> Iterator[Program]:
    """Yield programs in which a flow that sets a reference of `key` has taken `row` for it."""
    for writer in writers[:MOST]:
        value = writer.effect.value if isinstance(writer.effect, Assign) else None
        if not isinstance(value, EntityRef) or value.via or value.field:
            continue
        bound = turner.bind(program, key, writer)
        if bound is None or value.root not in bound[1].rows:
            continue
        grown, move = bound
        led = move.with_row(value.root, row)
        yield grown.put(key, grown.wants[key].with_move(led))
        yield grown.with_late(led)
