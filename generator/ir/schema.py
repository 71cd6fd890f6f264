"""The drafts of entities as the schema that expressions are typed against."""

from __future__ import annotations

from collections.abc import Iterable

from generator.expr.model import Type
from generator.ir.lower_context import Context


class DraftSchema:
    """Implements `generator.expr.scope.Schema` over a lowering."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def field(self, entity: str, name: str) -> Type | None:
        """Return the type of a field, None when there is none."""
        draft = self._context.entities.get(entity)
        found = draft.fields.get(name) if draft else None
        return found.type if found else None

    def collection(self, entity: str, name: str) -> str | None:
        """Return the element entity of a collection."""
        draft = self._context.entities.get(entity)
        found = draft.collections.get(name) if draft else None
        return found.entity if found else None

    def entity_exists(self, name: str) -> bool:
        """Whether there is an entity of that name."""
        return name in self._context.entities

    def names(self, entity: str) -> Iterable[str]:
        """Return the names of all fields and collections."""
        draft = self._context.entities.get(entity)
        return draft.members() if draft else ()

    def entities(self) -> Iterable[str]:
        """Return the names of all entities."""
        return self._context.entities

    def enum_values(self, enum: str) -> tuple[str, ...]:
        """Return the values of an enum."""
        found = self._context.enums.get(enum)
        return found.values if found else ()
