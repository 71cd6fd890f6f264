"""Every write that sets a touched field again: left as it was, an answer or a later read would tell."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from generator.ir.model import (
    ApplicationIR,
    Assign,
    Entity,
    Field,
    Managed,
    Operation,
    OperationKind,
    Transition,
)
from generator.ir.writes import effects_of, row_entity
from generator.verify.coverage.case import Case, named
from generator.verify.coverage.dimensions.effects import EFFECTS
from generator.verify.coverage.model import Item


def touched(case: Case) -> Iterator[Item]:
    """Yield an item for each touched field of each entity whose rows an operation writes."""
    for operation in case.ir.api.operations:
        for entity in _written(case, operation):
            for field in entity.fields:
                if field.managed is Managed.TOUCHED:
                    yield _set_again(case, operation, entity, field)


def _written(case: Case, operation: Operation) -> list[Entity]:
    if operation.kind is OperationKind.UPDATE:
        return [case.index.entities[operation.entity]]
    flow = case.index.flows.get(operation.flow)
    effects = effects_of(flow.effects) if flow is not None else ()
    names = (row_entity(case.index, e.target) for e in effects if isinstance(e, Assign | Transition))
    return [case.index.entities[name] for name in dict.fromkeys(names)]


def _set_again(case: Case, operation: Operation, entity: Entity, field: Field) -> Item:
    player = case.changed(("untouched", field.id), lambda ir: _untouched(ir, field))
    by = next((m.scenario.name for m in case.of(operation.id) if m.ok and player.tells(m)), "")
    what = f"{named(operation)}: {field.name} of {entity.name} is set again, as an answer tells"
    item = f"{operation.id}:{field.id}:touched"
    return Item(EFFECTS, item, field.id, what, "covered" if by else "missing", by)


def _untouched(ir: ApplicationIR, field: Field) -> ApplicationIR:
    """Return the application in which only creation sets a touched field."""

    def changed(entity: Entity) -> Entity:
        fields = (replace(f, managed=Managed.SERVER) if f.id == field.id else f for f in entity.fields)
        return replace(entity, fields=tuple(fields))

    return replace(ir, domain=replace(ir.domain, entities=tuple(changed(e) for e in ir.domain.entities)))
