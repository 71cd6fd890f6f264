"""More or fewer rows that a row links to: in the update that is the target, or when the row is made."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from generator.ir.model import OperationKind
from generator.verify.plan.builder import Builder, Unreachable
from generator.verify.plan.knobs import Knob
from generator.verify.plan.wants import Program, sent_links, with_links

MOST = 12  # rows added at once


def relinked(builder: Builder, program: Program, knob: Knob, change: int) -> Iterator[Program]:
    """Yield programs in which a row links to that many rows more or fewer."""
    want, update = program.wants[knob.key], program.target
    if update is not None:
        kind = builder.index.operations[update.operation].kind
        if kind is not OperationKind.UPDATE or update.rows.get("self") != knob.key:
            update = None
    linked = sent_links(update, knob.name) if update is not None else ()
    linked = linked or want.links.get(knob.name, ())
    if change < 0:
        linked = linked[:change]
    for _ in range(min(max(change, 0), MOST)):
        try:
            program, key = builder.row(program, builder.index.collection(want.entity, knob.name).entity)
        except Unreachable:
            return
        linked = (*linked, key)
    if update is not None:
        yield program.aim(with_links(update, knob.name, linked))
    want = program.wants[knob.key]
    yield program.put(knob.key, replace(want, links={**want.links, knob.name: linked}))
