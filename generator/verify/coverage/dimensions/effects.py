"""Every effect seen by a later read: without it, a read that follows would be another."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from msgspec.structs import replace

from generator.ir.index import stored_fields, updatable_fields
from generator.ir.model import (
    Assign,
    Create,
    Delete,
    Each,
    Effect,
    Entity,
    Field,
    Flow,
    Managed,
    Operation,
    OperationKind,
    Transition,
    When,
)
from generator.ir.writes import effects_of, row_entity
from generator.verify.coverage.case import Case, named
from generator.verify.coverage.model import Item
from generator.verify.coverage.replay import Moment, Player
from generator.verify.interpreter.store import State
from generator.verify.without import always, without_effect

EFFECTS = "effects"


def effects(case: Case) -> Iterator[Item]:
    """Yield an item for each effect of each flow, each branch, and what create, update and delete store."""
    for operation in case.ir.api.operations:
        match operation.kind:
            case OperationKind.FLOW:
                yield from _flow(case, operation, case.index.flows[operation.flow])
            case OperationKind.CREATE:
                yield from _create(case, operation)
            case OperationKind.UPDATE:
                yield from _update(case, operation)
            case OperationKind.DELETE:
                yield _row(case, operation, "the row is gone")
            case OperationKind.READ | OperationKind.LIST:
                pass


def _item(operation: Operation, node: str, what: str, by: str, part: str = "") -> Item:
    item = f"{operation.id}:{node}{':' if part else ''}{part}"
    said = f"{named(operation)}: {what}"
    return Item(EFFECTS, item, node, said, "covered" if by else "missing", by)


def _seen(case: Case, moment: Moment, state: State) -> bool:
    """Whether a read after a moment would tell that the state is another."""
    return any(case.player.later_reads(moment, state))


# --- flows --------------------------------------------------------------------------


def _flow(case: Case, operation: Operation, flow: Flow) -> Iterator[Item]:
    moments = [m for m in case.of(operation.id) if m.ok and _is_looked_at(m)]
    for effect in effects_of(flow.effects):
        by = next((m.scenario.name for m in moments if _tells(case, m, effect)), "")
        yield _item(operation, effect.id, f"{_name(effect)} is seen by a later read", by)
        if isinstance(effect, When) or (isinstance(effect, Each) and effect.where is not None):
            yield _left_out(case, operation, effect)


def _is_looked_at(moment: Moment) -> bool:
    return any(s.method == "GET" for s in moment.scenario.steps[moment.position + 1 :])


def _tells(case: Case, moment: Moment, effect: Effect) -> bool:
    state = _without(case, moment, effect)
    return state is not None and _seen(case, moment, state)


def _without(case: Case, moment: Moment, effect: Effect) -> State | None:
    """Return the state as it would be without the effect; None if that is the same."""
    if isinstance(effect, Create):
        return _uncreated(moment, effect.entity)
    player = case.changed(("effect", effect.id), partial(without_effect, effect=effect.id))
    answer = player.again(moment)
    if answer is not None and answer.status < 400:
        return player.interpreter.snapshot()
    return _undone(case, moment, effect)


def _uncreated(moment: Moment, entity: str) -> State | None:
    before, after = moment.before.tables[entity], moment.after.tables[entity]
    left = {i: values for i, values in after.items() if i in before}
    if len(left) == len(after):
        return None
    return replace(moment.after, tables={**moment.after.tables, entity: left})


def _undone(case: Case, moment: Moment, effect: Effect) -> State | None:
    """Take back what the effect has written, where leaving it out makes the flow fail."""
    if not isinstance(effect, Assign | Transition):
        return None
    return _reverted(moment, row_entity(case.index, effect.target), effect.target.field)


def _reverted(moment: Moment, entity: str, field: str) -> State | None:
    """Return the state after, with one field of all rows as it was before; None if nothing was changed."""
    before, after = moment.before.tables[entity], moment.after.tables[entity]
    old = {i: {**values, field: before[i][field]} if i in before else values for i, values in after.items()}
    return None if old == after else replace(moment.after, tables={**moment.after.tables, entity: old})


def _left_out(case: Case, operation: Operation, effect: When | Each) -> Item:
    """Cover a condition that is not true: if it were left out, the rows would be others."""
    player = case.changed(("always", effect.id), partial(always, effect=effect.id))
    moments = (m for m in case.of(operation.id) if m.ok)
    by = next((m.scenario.name for m in moments if _differs(case, player, m)), "")
    return _item(operation, effect.id, "its condition is not true", by, "not-taken")


def _differs(case: Case, player: Player, moment: Moment) -> bool:
    """Whether another player answers otherwise, or leaves something else behind that a later read tells."""
    answer = player.again(moment)
    if answer is None or answer.status != moment.answer.status or answer.body != moment.answer.body:
        return True
    return _seen(case, moment, player.interpreter.snapshot())


def _name(effect: Effect) -> str:
    match effect:
        case Assign(target=target):
            return f"{target.field} = …"
        case Transition(target=target, to=to):
            return f"{target.field} -> {to}"
        case Create(entity=entity):
            return f"the new {entity}"
        case Delete():
            return "what is deleted"
        case Each():
            return "what is done for each row"
        case When():
            return "what is done if its condition is true"
        case _:
            return "the link"


# --- create, update, delete -------------------------------------------------------------


def _row(case: Case, operation: Operation, what: str) -> Item:
    moments = (m for m in case.of(operation.id) if m.ok and m.before != m.after)
    by = next((m.scenario.name for m in moments if _seen(case, m, m.before)), "")
    return _item(operation, operation.id, f"{what}, as a later read tells", by, "row")


def _create(case: Case, operation: Operation) -> Iterator[Item]:
    yield _row(case, operation, "the row is there")
    entity = case.index.entities[operation.entity]
    for field in stored_fields(entity):
        if field.name not in {"id", entity.owner_field} and _is_set(field):
            moments = (m for m in case.of(operation.id) if m.ok)
            by = next((m.scenario.name for m in moments if _emptied(case, m, entity, field.name)), "")
            yield _item(operation, field.id, f"{field.wire} is stored", by, "stored")


def _is_set(field: Field) -> bool:
    """Whether a create gives the field a value: the server's own may have none."""
    return field.managed not in {Managed.SERVER, Managed.TOUCHED} or field.default is not None


def _emptied(case: Case, moment: Moment, entity: Entity, field: str) -> bool:
    """Whether a later read would tell that the new row's field is null."""
    before, after = moment.before.tables[entity.name], moment.after.tables[entity.name]
    new = {i: {**values, field: None} for i, values in after.items() if i not in before}
    if not new or all(after[i] == values for i, values in new.items()):
        return False
    state = replace(moment.after, tables={**moment.after.tables, entity.name: {**after, **new}})
    return _seen(case, moment, state)


def _update(case: Case, operation: Operation) -> Iterator[Item]:
    for field in updatable_fields(case.index.entities[operation.entity]):
        by = ""
        for moment in case.of(operation.id):
            state = _reverted(moment, operation.entity, field.name) if moment.ok else None
            if state is not None and _seen(case, moment, state):
                by = moment.scenario.name
                break
        yield _item(operation, field.id, f"{field.wire} is changed, as a later read tells", by, "changed")
