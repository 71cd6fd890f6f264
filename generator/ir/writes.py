"""What each operation creates, writes and deletes, read off the IR."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import assert_never

from generator.expr.model import EntityRef
from generator.ir.index import Index, updatable_fields
from generator.ir.model import (
    Assign,
    Create,
    Delete,
    Each,
    Effect,
    Entity,
    Flow,
    Link,
    Operation,
    OperationKind,
    Rule,
    Transition,
    When,
)


@dataclass
class Writes:
    """What an operation does to rows.

    `fields`: (entity, field) pairs set on rows that exist already; `removes`: what a delete is of;
    `beneath`: what is created for new owners only.
    """

    fields: set[tuple[str, str]] = field(default_factory=set)
    creates: set[str] = field(default_factory=set)
    deletes: set[str] = field(default_factory=set)
    removes: set[str] = field(default_factory=set)
    beneath: set[str] = field(default_factory=set)

    def touches(self, entity: str, fields: set[str]) -> bool:
        """Whether a row of `entity` is created or one of its `fields` is set."""
        return entity in self.creates or any((entity, name) in self.fields for name in fields)

    def may_break(self, entity: str, rule: Rule) -> bool:
        """Whether a rule of `entity` is checked: what is written bears on it, or its owner loses a row."""
        left = entity in self.removes and rule.on_delete
        made = entity in self.creates and not (rule.holder and entity in self.beneath)
        return left or made or any((entity, name) in self.fields for name in rule.fields)


def effects_of(effects: tuple[Effect, ...]) -> Iterator[Effect]:
    """Yield every effect, outer before inner, in order."""
    for effect in effects:
        yield effect
        match effect:
            case Each(body=body):
                yield from effects_of(body)
            case When(then=then, otherwise=otherwise):
                yield from effects_of(then)
                yield from effects_of(otherwise)
            case Assign() | Transition() | Create() | Delete() | Link():
                pass
            case _:
                assert_never(effect)


def row_entity(index: Index, ref: EntityRef) -> str:
    """Return the entity of the row that holds the field of `ref`."""
    return index.hop(ref.entity.removeprefix("entity:"), ref.via)


def holders(index: Index, entity: Entity) -> list[str]:
    """Return the entities whose rows are locked when what they own changes: owners with rules about it."""
    found = [entity.owner] if entity.owner else []
    for rule in entity.rules:
        found += [index.hop(entity.name, rule.holder[: n + 1]) for n in range(len(rule.holder))]
    return list(dict.fromkeys(found))


def family(index: Index, entity: Entity) -> set[str]:
    """Return the entity and all that its rows own, at any depth: what goes with a row."""
    owned = [index.entities[c.entity] for c in entity.collections if c.kind == "owned"]
    return {entity.name}.union(*(family(index, e) for e in owned))


def owner_of(index: Index, effect: Create) -> str:
    """Return the binding of a new row's owner, "" if it has none or it is not a name."""
    field = index.entities[effect.entity].owner_field
    given = next((v.value for v in effect.values if v.field == field), None) if field else None
    direct = isinstance(given, EntityRef) and not given.field
    return given.root if direct and isinstance(given, EntityRef) else ""


def writes_of(index: Index, operation: Operation) -> Writes:
    """Return what an operation may create, set and delete."""
    entity = index.entities[operation.entity]
    match operation.kind:
        case OperationKind.CREATE:
            updated = {(entity.name, name) for unique in entity.uniques for name in unique.targets}
            return Writes(fields=updated, creates={entity.name})
        case OperationKind.UPDATE:
            links = [c.name for c in entity.collections if c.kind == "links"]
            names = [*(f.name for f in updatable_fields(entity)), *links]
            return Writes(fields={(entity.name, name) for name in names})
        case OperationKind.DELETE:
            return Writes(deletes={entity.name}, removes={entity.name})
        case OperationKind.READ | OperationKind.LIST:
            return Writes()
        case OperationKind.FLOW:
            return _flow_writes(index, operation)
        case _:
            assert_never(operation.kind)


def beneath_new(index: Index, flow: Flow) -> set[str]:
    """Return the bindings of new rows whose owner is a new row too: that is where its rules are checked."""
    made = [e for e in effects_of(flow.effects) if isinstance(e, Create)]
    names = {e.binding for e in made}
    return {e.binding for e in made if owner_of(index, e) in names}


def _flow_writes(index: Index, operation: Operation) -> Writes:
    writes = Writes()
    flow = index.flows[operation.flow]
    beneath = beneath_new(index, flow)
    others = {
        e.entity for e in effects_of(flow.effects) if isinstance(e, Create) and e.binding not in beneath
    }
    writes.beneath = {e.entity for e in effects_of(flow.effects) if isinstance(e, Create)} - others
    for effect in effects_of(flow.effects):
        match effect:
            case Assign(target=target) | Transition(target=target):
                writes.fields.add((row_entity(index, target), target.field))
            case Create(entity=entity):
                writes.creates.add(entity)
            case Delete(target=target):
                writes.deletes.add(target.type.of)
            case Link(collection=collection):
                writes.fields.add((row_entity(index, collection), collection.field))
            case Each() | When():
                pass
            case _:
                assert_never(effect)
    return writes
