"""Lists: filters, search, sorting, pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cmp_to_key
from typing import Any

import msgspec

from generator.expr.evaluate import compare, holds
from generator.expr.walk import refs
from generator.ir.model import Entity, Field, Operation
from generator.verify.interpreter.documents import document
from generator.verify.interpreter.problems import Problem, invalid
from generator.verify.interpreter.store import Row
from generator.verify.interpreter.values import Refused, read_json
from generator.verify.interpreter.world import World

_RANGED = frozenset({"int", "float", "decimal", "date", "datetime"})
_TRUE = frozenset({"true", "1", "yes", "on", "t", "y"})
_FALSE = frozenset({"false", "0", "no", "off", "f", "n"})
_MAX_OFFSET = 2**31 - 1


class _Filter(msgspec.Struct, frozen=True):
    """One condition of a query: `field op value`."""

    field: Field
    op: str
    value: Any


class _Query(msgspec.Struct, frozen=True):
    """What a list was asked for."""

    limit: int
    offset: int
    total: bool
    filters: tuple[_Filter, ...]
    sorting: tuple[tuple[str, bool], ...]  # field, descending
    search: str


def page(operation: Operation, above: list[Row], query: Mapping[str, str], world: World) -> dict[str, Any]:
    """Return one page of a list."""
    entity = world.index.entities[operation.entity]
    asked = _read(entity, query, world)
    rows = [r for r in world.rows(entity.name) if _below(entity, r, above, world)]
    rows = [r for r in rows if _matches(entity, r, asked, world)]
    rows = sorted(rows, key=cmp_to_key(_comparer(asked.sorting, world)))
    shown = rows[asked.offset : asked.offset + asked.limit]
    found: dict[str, Any] = {
        "items": [document(world, r) for r in shown],
        "limit": asked.limit,
        "offset": asked.offset,
        "has_more": len(rows) > asked.offset + asked.limit,
    }
    return {**found, "total": len(rows)} if asked.total else found


def _below(entity: Entity, row: Row, above: list[Row], world: World) -> bool:
    return not above or not entity.owner_field or world.field(row, entity.owner_field) == above[-1]


# --- reading the query -----------------------------------------------------------


def _read(entity: Entity, query: Mapping[str, str], world: World) -> _Query:
    settings = world.index.ir.infrastructure
    rest = dict(query)
    limit = _whole("limit", rest.pop("limit", str(settings.page_size)), 1, settings.max_page_size)
    offset = _whole("offset", rest.pop("offset", "0"), 0, _MAX_OFFSET)
    total = _flag("total", rest.pop("total", "false"))
    sorting = rest.pop("sort", "") if entity.listing.sorts else ""
    search = rest.pop("q", "") if entity.listing.search else ""
    filters = tuple(_filters(entity, rest, world))
    for name in rest:
        raise invalid(["query", name], "Extra inputs are not permitted", "extra_forbidden")
    return _Query(limit, offset, total, filters, _sorting(entity, sorting), search)


def _whole(name: str, text: str, least: int, most: int) -> int:
    if not text.isascii() or not text.removeprefix("-").isdigit() or not least <= int(text) <= most:
        raise invalid(["query", name], f"must be a whole number from {least} to {most}")
    return int(text)


def _flag(name: str, text: str) -> bool:
    if text.lower() not in _TRUE | _FALSE:
        raise invalid(["query", name], "must be true or false")
    return text.lower() in _TRUE


def _filters(entity: Entity, rest: dict[str, str], world: World) -> list[_Filter]:
    """Take the filters out of `rest`."""
    found = []
    for name in entity.listing.filters:
        field = world.index.field(entity.name, name)
        if field.wire in rest:
            found.append(_equal(field, rest.pop(field.wire), world))
        if field.type.name in _RANGED:
            for suffix, op in (("_min", ">="), ("_max", "<=")):
                key = field.wire + suffix
                if key in rest:
                    found.append(_Filter(field, op, _value(field, key, rest.pop(key), world)))
    return found


def _equal(field: Field, text: str, world: World) -> _Filter:
    if text == "null" and field.type.nullable:
        return _Filter(field, "is", None)
    return _Filter(field, "==", _value(field, field.wire, text, world))


def _value(field: Field, key: str, text: str, world: World) -> Any:
    """Read a filter's value by its type alone: limits don't count."""
    kind = field.type.name
    try:
        if kind in _PLAIN:
            return _PLAIN[kind](text)
        if kind in ("string", "text", "email", "url"):
            return text
        wide = msgspec.structs.replace(field, limits=type(field.limits)())
        return read_json(text, wide, world.index)
    except (Refused, Problem, ValueError, ArithmeticError):
        raise invalid(["query", key], f"must be a valid {kind}") from None


def _boolean(text: str) -> bool:
    return _flag("", text)


_PLAIN: dict[str, Callable[[str], Any]] = {
    "bool": _boolean,
    "int": lambda text: _whole("", text, -(2**31), 2**31 - 1),
    "float": float,
    "decimal": Decimal,
}


def _sorting(entity: Entity, sort: str) -> tuple[tuple[str, bool], ...]:
    keys = tuple(dict.fromkeys(sort.split(","))) if sort else entity.listing.default_sort
    for key in keys:
        if sort and key.removeprefix("-") not in entity.listing.sorts:
            raise invalid(["query", "sort"], f"Can't sort by {key!r}", "sort")
    return tuple((k.removeprefix("-"), k.startswith("-")) for k in keys)


# --- choosing and sorting --------------------------------------------------------


def _matches(entity: Entity, row: Row, asked: _Query, world: World) -> bool:
    if not all(_passes(f, world.field(row, f.field.name)) for f in asked.filters):
        return False
    if asked.search and not _found(entity, row, asked.search, world):
        return False
    default = entity.listing.default_filter
    if default is None or _switched_off(entity, asked):
        return True
    return holds(default, world, {"self": row})


def _switched_off(entity: Entity, asked: _Query) -> bool:
    default = entity.listing.default_filter
    read = set() if default is None else {r.via[0] if r.via else r.field for r in refs(default)}
    return any(f.field.name in read for f in asked.filters)


def _passes(chosen: _Filter, value: Any) -> bool:
    if chosen.op == "is":
        return value is None
    if value is None:
        return False
    return compare(chosen.op, value.id if isinstance(value, Row) else value, chosen.value)


def _found(entity: Entity, row: Row, search: str, world: World) -> bool:
    texts = (world.field(row, name) for name in entity.listing.search)
    return any(text is not None and search.lower() in text.lower() for text in texts)


def _comparer(sorting: tuple[tuple[str, bool], ...], world: World) -> Callable[[Row, Row], int]:
    """Return a comparison: null after everything, descending turned round as a whole, ties by id."""

    def sign(left: Row, right: Row) -> int:
        for name, descending in sorting:
            result = _compared(world.field(left, name), world.field(right, name))
            if result:
                return -result if descending else result
        return -1 if left.id < right.id else int(left.id > right.id)

    return sign


def _compared(left: Any, right: Any) -> int:
    if left is None or right is None:
        return (left is None) - (right is None)
    a, b = (v.id if isinstance(v, Row) else v for v in (left, right))
    return -1 if a < b else int(a > b)
