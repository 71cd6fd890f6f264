"""What names mean where an expression stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

import msgspec

from generator.expr.model import EntityRef, Type


class Schema(Protocol):
    """What typing has to know about entities; the front end and the IR both can give it."""

    def field(self, entity: str, name: str) -> Type | None:
        """Return the type of a field (`id` and derived ones included; a reference is a row type)."""
        ...

    def is_over_rows(self, ref: EntityRef) -> bool:
        """Whether a field is derived from several rows."""
        ...

    def collection(self, entity: str, name: str) -> str | None:
        """Return the element entity of an owned or linked collection."""
        ...

    def entity_exists(self, name: str) -> bool:
        """Whether there is an entity of that name."""
        ...

    def names(self, entity: str) -> Iterable[str]:
        """Return the names of all fields and collections, for hints."""
        ...

    def entities(self) -> Iterable[str]:
        """Return the names of all entities, for hints."""
        ...

    def enum_values(self, enum: str) -> tuple[str, ...]:
        """Return the values of an enum, a state field's own enum included."""
        ...


class RowBinding(msgspec.Struct, frozen=True):
    """A row in scope: `root` is its binding ("self", "input:to", an alias).

    `fresh`: the operation itself creates it, so that `old()` of it is null.
    """

    root: str
    entity: str
    nullable: bool = False
    fresh: bool = False


class Scope(msgspec.Struct, frozen=True):
    """The names an expression may use.

    `rows`: names of rows ("self", the entity's snake_case name, row inputs,
    aliases). `inputs`: every input's type, by name; a row-typed one is read as
    the row "input:<name>". `own`: the row whose fields may be written bare,
    when nothing else has that name. `elements` belongs to typing: the rows of
    the aggregates around, innermost last.
    """

    rows: Mapping[str, RowBinding] = {}
    inputs: Mapping[str, Type] = {}
    own: RowBinding | None = None
    old: bool = True  # whether old() may be used
    old_nullable: bool = False  # old() of any row may be null: rules, which creation checks too
    elements: tuple[RowBinding, ...] = ()

    def within(self, element: RowBinding) -> Scope:
        """Return the scope inside an aggregate."""
        return msgspec.structs.replace(self, elements=(*self.elements, element))

    def with_row(self, name: str, row: RowBinding) -> Scope:
        """Return the scope with one more named row, for effects that bind one."""
        return msgspec.structs.replace(self, rows={**self.rows, name: row})


NOTHING = Scope(old=False)
