"""An IR with one thing taken out of it or put otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from generator.expr.model import BOOL, Literal, Type
from generator.guards.model import GuardIR
from generator.ir.model import ApplicationIR, Each, Effect, Entity, Field, Operation, Transition, When
from generator.ir.writes import effects_of

Change = Callable[[Effect], tuple[Effect, ...]]


def without_condition(ir: ApplicationIR, condition: str) -> ApplicationIR:
    """Return the IR without a `requires`, `ensures` or rule, by the id of its condition."""

    def kept(conditions: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(c for c in conditions if c.id != condition)

    operations = tuple(replace(o, requires=kept(o.requires)) for o in ir.api.operations)
    flows = tuple(replace(f, requires=kept(f.requires), ensures=kept(f.ensures)) for f in ir.behavior.flows)
    changed = replace(
        ir, api=replace(ir.api, operations=operations), behavior=replace(ir.behavior, flows=flows)
    )
    return _entities(
        changed, lambda e: replace(e, rules=tuple(r for r in e.rules if r.condition.id != condition))
    )


def without_guard(
    ir: ApplicationIR, guards: GuardIR | None, operation: Operation, condition: str
) -> ApplicationIR:
    """Return the IR without a condition, and without the checks of transitions that it makes superfluous."""
    changed = without_condition(ir, condition)
    if guards is None or not operation.flow:
        return changed
    guarded = {g.source_constraint_id for g in guards.get(operation.entity, operation.name)}
    flow = next(f for f in ir.behavior.flows if f.id == operation.flow)
    states = {e.name: e.values for e in ir.domain.enums}
    for effect in effects_of(flow.effects):
        if isinstance(effect, Transition) and effect.id not in guarded:
            changed = with_states(changed, effect.id, states[effect.target.type.of])
    return changed


def without_unique(ir: ApplicationIR, unique: str) -> ApplicationIR:
    """Return the IR without a unique, that of a single field by the field's id."""

    def change(entity: Entity) -> Entity:
        fields = tuple(replace(f, unique=f.unique and f.id != unique) for f in entity.fields)
        return replace(entity, fields=fields, uniques=tuple(u for u in entity.uniques if u.id != unique))

    return _entities(ir, change)


def without_value(ir: ApplicationIR, field: str) -> ApplicationIR:
    """Return the IR in which a derived field is always null."""

    def change(found: Field) -> Field:
        if found.id != field:
            return found
        type_ = Type("null", nullable=True)
        return replace(found, value=Literal(None, type_), type=replace(found.type, nullable=True))

    return _entities(ir, lambda e: replace(e, fields=tuple(map(change, e.fields))))


def with_states(ir: ApplicationIR, transition: str, states: tuple[str, ...]) -> ApplicationIR:
    """Return the IR in which a transition starts from other states."""

    def change(effect: Effect) -> tuple[Effect, ...]:
        if isinstance(effect, Transition) and effect.id == transition:
            return (replace(effect, allowed_from=states),)
        return (effect,)

    return with_effects(ir, change)


def without_effect(ir: ApplicationIR, effect: str) -> ApplicationIR:
    """Return the IR without an effect and all that is inside of it."""
    return with_effects(ir, lambda e: () if e.id == effect else (e,))


def with_effects(ir: ApplicationIR, change: Change) -> ApplicationIR:
    """Return the IR with each effect replaced by others."""
    flows = tuple(replace(f, effects=_changed(f.effects, change)) for f in ir.behavior.flows)
    return replace(ir, behavior=replace(ir.behavior, flows=flows))


def _changed(effects: tuple[Effect, ...], change: Change) -> tuple[Effect, ...]:
    found: list[Effect] = []
    for effect in effects:
        match effect:
            case Each(body=body):
                found += change(replace(effect, body=_changed(body, change)))
            case When(then=then, otherwise=otherwise):
                both = {"then": _changed(then, change), "otherwise": _changed(otherwise, change)}
                found += change(replace(effect, **both))
            case _:
                found += change(effect)
    return tuple(found)


def _entities(ir: ApplicationIR, change: Callable[[Entity], Entity]) -> ApplicationIR:
    entities = tuple(map(change, ir.domain.entities))
    return replace(ir, domain=replace(ir.domain, entities=entities))


def always(ir: ApplicationIR, effect: str) -> ApplicationIR:
    """Return the application in which an effect's condition is not asked."""
    yes = Literal(value=True, type=BOOL)

    def change(found: Effect) -> tuple[Effect, ...]:
        match found:
            case When(id=name) if name == effect:
                return (replace(found, condition=yes),)
            case Each(id=name) if name == effect:
                return (replace(found, where=None),)
            case _:
                return (found,)

    return with_effects(ir, change)
