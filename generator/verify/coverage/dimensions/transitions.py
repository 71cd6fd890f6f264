"""Every transition from every state: allowed where it starts from, refused elsewhere; every move made."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from generator.ir.model import Entity, Operation, StateMachine, Transition
from generator.ir.writes import effects_of
from generator.verify.coverage.case import Case, named
from generator.verify.coverage.dimensions.guards import conditions
from generator.verify.coverage.model import Item
from generator.verify.coverage.replay import Moment, Player
from generator.verify.without import with_states, without_condition, without_unique

TRANSITIONS = "transitions"


def transitions(case: Case) -> Iterator[Item]:
    """Yield an item for each transition of each flow and each state, and for each move of each machine."""
    for operation in case.ir.api.operations:
        for effect in moves_of(case, operation):
            for state in case.index.enums[effect.target.type.of].values:
                yield _tried(case, operation, effect, state)
    for entity in case.index.entities.values():
        for machine in entity.machines:
            yield from (_moved(case, entity, machine, move) for move in machine.transitions)


def moves_of(case: Case, operation: Operation) -> list[Transition]:
    """Return the transitions of an operation."""
    flow = case.index.flows.get(operation.flow)
    return [] if flow is None else [e for e in effects_of(flow.effects) if isinstance(e, Transition)]


def _tried(case: Case, operation: Operation, effect: Transition, state: str) -> Item:
    allowed = state in effect.allowed_from
    by = _allowed(case, operation, effect, state) if allowed else _refused(case, operation, effect, state)
    said = f"moves {effect.target.field} from {state} to {effect.to}"
    what = f"{named(operation)} {said}" if allowed else f"{named(operation)} refused in {state}"
    item = f"{operation.id}:{effect.id}:{'allowed' if allowed else 'refused'}:{state}"
    return Item(TRANSITIONS, item, effect.id, what, "covered" if by else "missing", by)


def _allowed(case: Case, operation: Operation, effect: Transition, state: str) -> str:
    """Return a scenario that is refused if the transition no longer starts from the state."""
    states = tuple(s for s in effect.allowed_from if s != state)
    narrowed = case.changed(
        ("states", effect.id, *states), partial(with_states, transition=effect.id, states=states)
    )
    for moment in case.of(operation.id):
        if moment.ok:
            answer = narrowed.again(moment)
            if answer is not None and answer.constraint == effect.id:
                return moment.scenario.name
    return ""


def _refused(case: Case, operation: Operation, effect: Transition, state: str) -> str:
    """Return a scenario that is carried out if the transition starts from the state as well."""
    states = (*effect.allowed_from, state)
    key, change = ("states", effect.id, *states), partial(with_states, transition=effect.id, states=states)
    widened = case.changed(key, change)
    for moment in case.refused_by(operation.id, effect.id):
        if case.works(widened, moment) or _taken_already(case, moment, widened, effect, states):
            return moment.scenario.name
    return _shadowed(case, operation, effect, state)


def _taken_already(
    case: Case, moment: Moment, widened: Player, effect: Transition, states: tuple[str, ...]
) -> bool:
    """Whether else only a unique would refuse it: what the flow makes is there already."""
    answer = widened.again(moment)
    unique = None if answer is None or answer.problem_code != "conflict" else answer.constraint
    if unique is None:
        return False
    both = case.changed(
        ("both", unique, effect.id, *states),
        lambda ir: with_states(without_unique(ir, unique), effect.id, states),
    )
    return case.works(both, moment)


def _shadowed(case: Case, operation: Operation, effect: Transition, state: str) -> str:
    """Return a scenario in which a condition that says the same refuses, and nothing else is in the way."""
    states = (*effect.allowed_from, state)
    for condition in conditions(case, operation):
        for moment in case.refused_by(operation.id, condition):
            if _both_stand(case, moment, effect, condition, states):
                return moment.scenario.name
    return ""


def _both_stand(
    case: Case, moment: Moment, effect: Transition, condition: str, states: tuple[str, ...]
) -> bool:
    alone = case.changed(("condition", condition), partial(without_condition, condition=condition))
    answer = alone.again(moment)
    if answer is None or answer.constraint != effect.id:
        return False
    both = case.changed(
        ("both", condition, effect.id, *states),
        lambda ir: with_states(without_condition(ir, condition), effect.id, states),
    )
    return case.works(both, moment)


def _moved(case: Case, entity: Entity, machine: StateMachine, move: tuple[str, str]) -> Item:
    by = next((m.scenario.name for m in case.all() if m.ok and _makes(m, entity, machine, move)), "")
    what = f"{entity.name}.{machine.field} goes from {move[0]} to {move[1]}"
    item = f"{machine.id}:{move[0]}:{move[1]}"
    return Item(TRANSITIONS, item, machine.id, what, "covered" if by else "missing", by)


def _makes(moment: Moment, entity: Entity, machine: StateMachine, move: tuple[str, str]) -> bool:
    before, after = moment.before.tables[entity.name], moment.after.tables[entity.name]
    if before is after:
        return False
    return any(
        (before[i][machine.field], values[machine.field]) == move
        for i, values in after.items()
        if i in before
    )
