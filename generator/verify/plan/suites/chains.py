"""Flows one after the other along the ways of a state machine, each looked at, then tried once more."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, pairwise

import msgspec

from generator.ir.model import Entity, OperationKind, StateMachine
from generator.verify.plan.builder import Unreachable
from generator.verify.plan.context import Context
from generator.verify.plan.goals import Goal
from generator.verify.plan.realize import Realizer
from generator.verify.plan.requests import Draft
from generator.verify.plan.scribe import Heading
from generator.verify.plan.wants import Program

MAX_WAYS = 10
MAX_LENGTH = 8


def plan_chains(context: Context) -> None:
    """Add a flow suite for each state machine."""
    for entity in context.index.entities.values():
        for machine in entity.machines:
            for way in islice(_ways(context, entity, machine), MAX_WAYS):
                _chain(context, entity, machine, way)


def _ways(context: Context, entity: Entity, machine: StateMachine) -> Iterator[tuple[str, ...]]:
    """Yield the ways that can't be made longer without coming to a state twice, longest first."""
    found: list[tuple[str, ...]] = []

    def go(way: tuple[str, ...]) -> None:
        onward = [
            to
            for origin, to in machine.transitions
            if origin == way[-1]
            and to not in way
            and context.turner.movers(entity.name, machine.field, origin, to)
        ]
        if (not onward and len(way) > 1) or len(way) > MAX_LENGTH:
            found.append(way)
            return
        for to in onward:
            go((*way, to))

    go((machine.initial,))
    yield from sorted(found, key=lambda w: (-len(w), w))


def _chain(context: Context, entity: Entity, machine: StateMachine, way: tuple[str, ...]) -> None:
    name = f"{entity.name}.{machine.field}: {' -> '.join(way)}"
    node = f"{machine.id}:way:{'-'.join(way)}"
    try:
        program, key = context.builder.row(Program(), entity.name)
    except Unreachable as error:
        context.miss(node, str(error))
        return
    movers = [context.turner.movers(entity.name, machine.field, at, to) for at, to in pairwise(way)]
    starts = list(islice(context.turner.walk(_unmoved(program, key), key, movers, "late"), 4))
    run = context.searcher.find(starts, Goal(rows=(key,), at=(key, machine.field, way[-1])), 80)
    if run is None:
        context.miss(node, "no sequence of requests along this way was found")
        return
    run = Realizer(context.session, run.program, look=context.looker.after).run()
    target = context.session.exchanges[-1]
    _once_more(context, entity, run.ids[key])
    named = Heading(name, f"flow:{entity.name}.{machine.field}", "flow", machine.id, (node,))
    context.write(named, target, asserts_effects=True)


def _unmoved(program: Program, key: int) -> Program:
    """Return the program without moves of the row, which begins the way in its initial state."""
    return program.put(key, msgspec.structs.replace(program.wants[key], early=(), moves=()))


def _once_more(context: Context, entity: Entity, row_id: str) -> None:
    """Try the flows without inputs on the row at the end of its way; those refused are part of the story."""
    for operation in context.index.operations_of(entity.name):
        if operation.kind is not OperationKind.FLOW or not operation.rows:
            continue
        if context.index.flows[operation.flow].inputs:
            continue
        draft = Draft(operation.id, context.session.requests.path(operation, row_id), about="once more")
        sent = context.session.send(draft)
        if sent.ok:
            return
