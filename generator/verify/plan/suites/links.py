"""Flows that unlink: only where there was a link can be seen that it is gone."""

from __future__ import annotations

from collections.abc import Iterator

from generator.expr.model import EntityRef
from generator.ir.model import Link, Operation, OperationKind
from generator.ir.writes import effects_of, row_entity
from generator.verify.plan.builder import Unreachable
from generator.verify.plan.context import Context
from generator.verify.plan.goals import Goal
from generator.verify.plan.suites.success import record
from generator.verify.plan.wants import Program

BUDGET = 20


def plan_links(context: Context, operation: Operation) -> None:
    """Add a scenario for each link that a flow takes away."""
    program = context.good(operation)
    if operation.kind is not OperationKind.FLOW or program is None:
        return
    for effect in effects_of(context.index.flows[operation.flow].effects):
        if isinstance(effect, Link) and effect.remove:
            others, beside = _among_others(context, program, effect)
            starts = [*others, *_linked(context, program, effect)]
            found = context.searcher.find(starts, Goal(), BUDGET) if starts else None
            if found is not None:
                context.note_variant(operation, found.program)
                what = f"takes one of {effect.collection.field} out"
                also = [key for key in beside if key in found.ids]
                record(context, operation, found.program, what, also=also)


def _among_others(context: Context, program: Program, effect: Link) -> tuple[list[Program], tuple[int, ...]]:
    """Link another row too, and another holder to both: links that must stay; return also that holder."""
    holder, row = _key(program, effect.collection), _key(program, effect.row)
    if holder is None or row is None or not program.wants[holder].made_by_create:
        return [], ()
    name = effect.collection.field
    try:
        grown, other = context.builder.row(program, program.wants[row].entity)
        for linked in (row, other):
            grown = context.turner.link(grown, holder, name, linked)
        grown, twin = context.builder.twin(grown, holder)
    except Unreachable:
        return [], ()
    return [grown], (twin,)


def _linked(context: Context, program: Program, effect: Link) -> Iterator[Program]:
    """Yield programs in which the rows that the flow works on are linked before."""
    holder, row = _key(program, effect.collection), _key(program, effect.row)
    if holder is None or row is None:
        return
    if program.wants[holder].made_by_create:
        yield context.turner.link(program, holder, effect.collection.field, row)
    entity = row_entity(context.index, effect.collection)
    for operation in context.index.operations.values():
        flow = context.index.flows.get(operation.flow)
        for other in () if flow is None else flow.effects:
            if isinstance(other, Link) and not other.remove and _same(context, other, entity, effect):
                preset = {other.collection.root: holder, other.row.root: row}
                try:
                    grown, move = context.builder.flow(program, operation, preset)
                except Unreachable:
                    continue
                yield grown.with_late(move)


def _same(context: Context, other: Link, entity: str, effect: Link) -> bool:
    named = other.collection.field == effect.collection.field
    return named and row_entity(context.index, other.collection) == entity and not other.collection.via


def _key(program: Program, ref: EntityRef) -> int | None:
    """Return the wanted row that a binding of the target stands for."""
    direct = not ref.via and (not ref.field or ref.type.name == "rows")
    return program.target.rows.get(ref.root) if program.target is not None and direct else None
