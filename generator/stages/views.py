"""What stages read of the application's IR: the same types, with the rest taken out."""

from __future__ import annotations

from typing import Protocol, assert_never

from msgspec.structs import replace

from generator.ir.changes import Changes
from generator.ir.model import (
    ApiIR,
    ApplicationIR,
    Assign,
    BehaviorIR,
    Condition,
    Create,
    Delete,
    DomainIR,
    Each,
    Effect,
    Entity,
    Flow,
    InfrastructureIR,
    Link,
    Operation,
    TestsIR,
    Transition,
    ValidationIR,
    When,
)


class Changing(Protocol):
    """A spec's document."""

    @property
    def changes(self) -> Changes:
        """What becomes of rows that are there."""
        ...


def changes(document: Changing) -> Changes:
    """Keep what the spec says of rows that are there."""
    return document.changes


class Described(Protocol):
    """What the gates said of an application."""

    @property
    def openapi(self) -> str:
        """Its own description."""
        ...


def description(report: Described) -> str:
    """Return how an application describes itself."""
    return report.openapi


def domain(ir: ApplicationIR) -> ApplicationIR:
    """Keep entities and enums."""
    return ApplicationIR(
        name=ir.name,
        domain=ir.domain,
        api=ApiIR(()),
        behavior=BehaviorIR(()),
        validation=ValidationIR(()),
        tests=TestsIR(()),
        infrastructure=InfrastructureIR(),
    )


def tables(ir: ApplicationIR) -> ApplicationIR:
    """Keep what the database can know of entities: no messages, no prose."""
    return replace(domain(ir), domain=_wordless_domain(ir.domain))


def signatures(ir: ApplicationIR) -> ApplicationIR:
    """Keep entities, operations and what flows take and return, not what they do."""
    return replace(
        domain(ir),
        domain=replace(ir.domain, entities=tuple(_quiet_entity(e) for e in ir.domain.entities)),
        api=ApiIR(tuple(replace(o, requires=()) for o in ir.api.operations)),
        behavior=BehaviorIR(tuple(_signature(f) for f in ir.behavior.flows)),
        infrastructure=ir.infrastructure,
    )


def answers(ir: ApplicationIR) -> ApplicationIR:
    """Keep operations and the status codes that they may answer with, without the words."""
    return replace(
        ir,
        domain=replace(ir.domain, entities=tuple(_quiet_entity(e) for e in ir.domain.entities)),
        api=ApiIR(tuple(_quiet_operation(o) for o in ir.api.operations)),
        behavior=BehaviorIR(tuple(_quiet_flow(f) for f in ir.behavior.flows)),
        validation=ValidationIR(()),
        tests=TestsIR(()),
    )


def behavior(ir: ApplicationIR) -> ApplicationIR:
    """Keep all that operations do; constraints are read from the guards."""
    return replace(ir, validation=ValidationIR(()))


def _wordless_domain(part: DomainIR) -> DomainIR:
    return replace(part, entities=tuple(_wordless(entity) for entity in part.entities))


def _wordless(entity: Entity) -> Entity:
    fields = tuple(replace(field, description="") for field in entity.fields)
    return replace(_quiet_entity(entity), fields=fields, description="")


def _quiet_entity(entity: Entity) -> Entity:
    rules = tuple(replace(rule, condition=_quiet(rule.condition)) for rule in entity.rules)
    uniques = tuple(replace(unique, message="") for unique in entity.uniques)
    return replace(entity, rules=rules, uniques=uniques)


def _quiet(condition: Condition) -> Condition:
    return replace(condition, message="")


def _quiet_all(conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
    return tuple(_quiet(condition) for condition in conditions)


def _quiet_operation(operation: Operation) -> Operation:
    return replace(operation, requires=_quiet_all(operation.requires))


def _quiet_flow(flow: Flow) -> Flow:
    return replace(
        flow,
        requires=_quiet_all(flow.requires),
        ensures=_quiet_all(flow.ensures),
        effects=_quiet_effects(flow.effects),
    )


def _signature(flow: Flow) -> Flow:
    return replace(flow, requires=(), ensures=(), effects=())


def _quiet_effects(effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
    return tuple(_quiet_effect(effect) for effect in effects)


def _quiet_effect(effect: Effect) -> Effect:
    match effect:
        case Transition():
            return replace(effect, message="")
        case Each():
            return replace(effect, body=_quiet_effects(effect.body))
        case When():
            return replace(
                effect, then=_quiet_effects(effect.then), otherwise=_quiet_effects(effect.otherwise)
            )
        case Assign() | Create() | Delete() | Link():
            return effect
        case _:
            assert_never(effect)
