"""Look-ups over an ApplicationIR, built once per IR."""

from __future__ import annotations

from generator.ir.model import (
    ApplicationIR,
    Collection,
    Entity,
    Enum,
    Field,
    Flow,
    Managed,
    Operation,
)

STORED = frozenset(Managed) - {Managed.DERIVED}


class Index:
    """Dictionaries over one IR; a missing name is a KeyError."""

    def __init__(self, ir: ApplicationIR) -> None:
        self.ir = ir
        self.entities: dict[str, Entity] = {e.name: e for e in ir.domain.entities}
        self.enums: dict[str, Enum] = {e.name: e for e in ir.domain.enums}
        self.flows: dict[str, Flow] = {f.id: f for f in ir.behavior.flows}
        self.operations: dict[str, Operation] = {o.id: o for o in ir.api.operations}
        self._fields = {e.name: {f.name: f for f in e.fields} for e in ir.domain.entities}
        self._collections = {e.name: {c.name: c for c in e.collections} for e in ir.domain.entities}
        self._by_entity: dict[str, list[Operation]] = {}
        for operation in ir.api.operations:
            self._by_entity.setdefault(operation.entity, []).append(operation)

    def field(self, entity: str, name: str) -> Field:
        """Return a field by entity and name."""
        return self._fields[entity][name]

    def has_field(self, entity: str, name: str) -> bool:
        """Whether the entity has a field of that name."""
        return name in self._fields[entity]

    def collection(self, entity: str, name: str) -> Collection:
        """Return a collection by entity and name."""
        return self._collections[entity][name]

    def has_collection(self, entity: str, name: str) -> bool:
        """Whether the entity has a collection of that name."""
        return name in self._collections[entity]

    def operations_of(self, entity: str) -> list[Operation]:
        """Return an entity's operations in table order."""
        return self._by_entity.get(entity, [])

    def hop(self, entity: str, via: tuple[str, ...]) -> str:
        """Return the entity reached from `entity` over reference fields."""
        for name in via:
            entity = self.field(entity, name).type.of
        return entity


def stored_fields(entity: Entity) -> list[Field]:
    """Return the fields that have a column, in order."""
    return [f for f in entity.fields if f.managed in STORED]


def client_fields(entity: Entity) -> list[Field]:
    """Return the fields that a create request may hold, in order."""
    return [f for f in entity.fields if f.managed is Managed.CLIENT]


def updatable_fields(entity: Entity) -> list[Field]:
    """Return the fields that an update request may hold, in order."""
    return [f for f in client_fields(entity) if not f.immutable]
