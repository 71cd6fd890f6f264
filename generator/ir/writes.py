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
    Link,
    Operation,
    OperationKind,
    Transition,
    When,
)


@dataclass
class Writes:
    """`fields`: (entity, field) pairs set on rows that exist already."""

    fields: set[tuple[str, str]] = field(default_factory=set)
    creates: set[str] = field(default_factory=set)
    deletes: set[str] = field(default_factory=set)

    def touches(self, entity: str, fields: set[str]) -> bool:
        """Whether a row of `entity` is created or one of its `fields` is set."""
        return entity in self.creates or any((entity, name) in self.fields for name in fields)


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


def writes_of(index: Index, operation: Operation) -> Writes:
    """Return what an operation may create, set and delete."""
    entity = index.entities[operation.entity]
    match operation.kind:
        case OperationKind.CREATE:
            updated = {(entity.name, name) for unique in entity.uniques for name in unique.targets}
            return Writes(fields=updated, creates={entity.name})
        case OperationKind.UPDATE:
            return Writes(fields={(entity.name, f.name) for f in updatable_fields(entity)})
        case OperationKind.DELETE:
            return Writes(deletes={entity.name})
        case OperationKind.READ | OperationKind.LIST:
            return Writes()
        case OperationKind.FLOW:
            return _flow_writes(index, operation)
        case _:
            assert_never(operation.kind)


def _flow_writes(index: Index, operation: Operation) -> Writes:
    writes = Writes()
    for effect in effects_of(index.flows[operation.flow].effects):
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
