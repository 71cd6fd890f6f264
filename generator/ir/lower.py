"""AppSpec to ApplicationIR: names resolved, expressions typed, everything wrong reported at once."""

from __future__ import annotations

import msgspec

from generator.core.collecting import collector_paused
from generator.core.diagnostics import Diagnostic, Diagnostics, Severity, SpecError
from generator.ir.changes import Changes
from generator.ir.exchanges import with_exchanges
from generator.ir.lower_api import choose_operations, lower_operations
from generator.ir.lower_changes import lower_changes
from generator.ir.lower_context import Context, EntityDraft
from generator.ir.lower_fields import lower_fields
from generator.ir.lower_flows import lower_flows
from generator.ir.lower_names import declare
from generator.ir.lower_relations import lower_relations, seed_order
from generator.ir.lower_rules import lower_rules
from generator.ir.lower_validation import lower_validation
from generator.ir.lower_values import lower_values
from generator.ir.model import (
    ApiIR,
    ApplicationIR,
    BehaviorIR,
    DomainIR,
    Entity,
    InfrastructureIR,
    SourceMap,
    TestsIR,
    ValidationIR,
)
from generator.spec.load import ReadError
from generator.spec.model import AppSpec


class Lowered(msgspec.Struct, frozen=True):
    """The IR, where each node stood in the spec, what is odd but not wrong, and how rows get there."""

    ir: ApplicationIR
    source_map: SourceMap
    warnings: list[Diagnostic]
    changes: Changes = Changes()


def lower(spec: AppSpec) -> Lowered:
    """Return the resolved application; raises SpecError with every error found."""
    context = Context(spec)
    with collector_paused():
        lowered = _lower(context)
    if lowered is None:  # warnings about what is only half there would mislead
        raise SpecError([d for d in context.found if d.severity is Severity.ERROR])
    return lowered


def every_error(refused: SpecError) -> list[Diagnostic]:
    """Return what is wrong with a spec: what its reader found, and what is wrong with the rest of it."""
    found = Diagnostics()
    found.extend(refused.diagnostics)
    if isinstance(refused, ReadError) and refused.rest is not None:
        context = Context(refused.rest, Diagnostics(refused.lost))
        with collector_paused():
            _lower(context)
        found.extend([d for d in context.found if d.severity is Severity.ERROR])
    return list(found)


def _lower(context: Context) -> Lowered | None:
    declare(context)
    lower_fields(context)
    lower_relations(context)
    order = seed_order(context)
    lower_values(context)
    lower_rules(context)
    choose_operations(context)
    flows = lower_flows(context)
    operations = lower_operations(context, flows)
    settings = _settings(context)
    changes = lower_changes(context)
    if context.found.has_errors:
        return None
    entities = {name: _entity(draft) for name, draft in context.entities.items()}
    behavior = tuple(flow.flow for flow in flows)
    ir = ApplicationIR(
        name=context.spec.name.text,
        domain=DomainIR(tuple(entities.values()), tuple(context.enums.values())),
        api=ApiIR(operations),
        behavior=BehaviorIR(behavior),
        validation=ValidationIR(lower_validation(entities, context.enums, operations, behavior)),
        tests=TestsIR(order),
        infrastructure=settings,
        description=context.spec.description,
    )
    return Lowered(with_exchanges(ir), context.places, list(context.found), changes)


def _entity(draft: EntityDraft) -> Entity:
    return Entity(
        id=draft.id,
        name=draft.name,
        snake=draft.snake,
        plural=draft.plural,
        fields=tuple(draft.fields.values()),
        collections=tuple(draft.collections.values()),
        owner=draft.owner,
        owner_field=draft.owner_field,
        owner_collection=draft.owner_collection,
        machines=tuple(draft.machines.values()),
        uniques=draft.uniques,
        rules=draft.rules,
        listing=draft.listing,
        description=draft.spec.description,
    )


def _settings(context: Context) -> InfrastructureIR:
    given = {setting.name.text: setting for setting in context.spec.settings}
    found = InfrastructureIR(**{name: setting.value for name, setting in given.items()})
    if found.page_size > found.max_page_size:
        setting = given.get("page_size") or given["max_page_size"]
        context.error("E139", "`page_size` is greater than `max_page_size`", setting.span)
    return found
