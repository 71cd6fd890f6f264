"""The drafts of entities as the schema that expressions are typed against."""

from __future__ import annotations

from collections.abc import Iterable

from generator.expr.model import AggregateExpr, EntityRef, Expr, Type
from generator.expr.walk import walk
from generator.ir.lower_context import Context
from generator.ir.model import Managed


class DraftSchema:
    """Implements `generator.expr.scope.Schema` over a lowering."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def field(self, entity: str, name: str) -> Type | None:
        """Return the type of a field, None when there is none."""
        draft = self._context.entities.get(entity)
        found = draft.fields.get(name) if draft else None
        return found.type if found else None

    def is_over_rows(self, ref: EntityRef) -> bool:
        """Whether a field is derived from several rows, itself or through another one."""
        waiting, seen = [ref], set()
        while waiting:
            at = waiting.pop()
            value = self._derived(at)
            if value is None or at in seen:
                continue
            seen.add(at)
            parts = list(walk(value))
            if any(isinstance(part, AggregateExpr) for part in parts):
                return True
            waiting += [part for part in parts if isinstance(part, EntityRef)]
        return False

    def _derived(self, ref: EntityRef) -> Expr | None:
        """Return what a field is derived from."""
        entity = ref.entity.removeprefix("entity:")
        for hop in ref.via:
            type_ = self.field(entity, hop)
            entity = type_.of if type_ else ""
        draft = self._context.entities.get(entity)
        field = draft.fields.get(ref.field) if draft else None
        return field.value if field is not None and field.managed is Managed.DERIVED else None

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
