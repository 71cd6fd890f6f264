"""The query parameters of a list, shared by its handler and its service."""

from __future__ import annotations

from dataclasses import dataclass

from generator.emit.python import attribute
from generator.expr.model import Type
from generator.ir.index import Index
from generator.ir.model import Entity

_RANGED = frozenset({"int", "float", "decimal", "date", "datetime"})
PAGE_PARAMETERS = ("limit", "offset", "sort", "q", "total")


@dataclass(frozen=True)
class ListFilter:
    """One filter: its name in the query and in Python, and the type of its value."""

    wire: str
    attribute: str
    type: Type


def query_class(entity: Entity) -> str:
    """Return the class of a list's query parameters."""
    return f"{entity.name}Query"


def list_filters(index: Index, entity: Entity) -> tuple[ListFilter, ...]:
    """Return the filters of an entity's list: equality, and ranges where they make sense."""
    found: list[ListFilter] = []
    for name in entity.listing.filters:
        field = index.field(entity.name, name)
        found.append(ListFilter(field.wire, attribute(field.wire), field.type))
        if field.type.name in _RANGED:
            bound = Type(field.type.name, precision=field.type.precision, scale=field.type.scale)
            found += [
                ListFilter(f"{field.wire}_{end}", f"{field.wire}_{end}", bound) for end in ("min", "max")
            ]
    return tuple(found)
