"""Draws what a list is asked for: filters, search, sorting, pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from generator.ir.index import Index
from generator.ir.model import Entity, Field
from generator.verify.oracle.choosing import Chooser
from generator.verify.oracle.pools import Pools
from generator.verify.plan.requests import missing

_RANGED = frozenset({"int", "float", "decimal", "date", "datetime"})
_SUFFIXES = ("", "", "_min", "_max")
_TEXTS = frozenset({"string", "text", "email", "url"})
_ODDS = 4  # one filter in so many is asked for
_LIMITS = (2, 1, 3, 5, 100)
_STEM = 3
_NO_SUCH: tuple[tuple[str, Any], ...] = (
    ("limit", 0),
    ("limit", "many"),
    ("offset", -1),
    ("total", "perhaps"),
    ("no_such", 1),
    ("sort", "no_such"),
)


class Queries:
    """Draws queries for one application."""

    def __init__(self, index: Index, pools: Pools, symbol: Callable[[Any], Any]) -> None:
        self._index = index
        self._pools = pools
        self._symbol = symbol

    def draw(
        self, entity: Entity, rows: Mapping[str, Mapping[str, Any]], choose: Chooser, *, bad: bool
    ) -> dict[str, Any]:
        """Draw a query; a bad one has a value or a name that is refused."""
        query: dict[str, Any] = {}
        for name in entity.listing.filters:
            if choose.rarely(_ODDS):
                field = self._index.field(entity.name, name)
                suffix = choose.pick(_SUFFIXES) if field.type.name in _RANGED else ""
                query[field.wire + suffix] = self._value(field, rows, choose, suffix=suffix)
        if entity.listing.sorts and choose.rarely(2):
            query["sort"] = self._sort(entity, choose)
        if entity.listing.search and choose.rarely(3):
            query["q"] = self._search(entity, rows, choose)
        self._page(query, len(rows), choose)
        return query | dict([choose.pick(_NO_SUCH)]) if bad else query

    def _value(
        self, field: Field, rows: Mapping[str, Mapping[str, Any]], choose: Chooser, suffix: str
    ) -> Any:
        """Return the value of a row that is there, or any."""
        if field.type.nullable and not suffix and choose.rarely(4):
            return None
        seen = [row[field.name] for row in rows.values() if row.get(field.name) is not None]
        if seen and not choose.rarely(3):
            return self._symbol(choose.pick(seen))
        return missing(1) if field.type.name == "row" else self._any(field, choose)

    def _any(self, field: Field, choose: Chooser) -> Any:
        value = choose.pick(self._pools.good(field))
        return "" if value is None or isinstance(value, list) else value

    @staticmethod
    def _sort(entity: Entity, choose: Chooser) -> str:
        chosen = [choose.pick(entity.listing.sorts) for _ in range(1 + choose.below(2))]
        return ",".join(("-" if choose.rarely(2) else "") + name for name in dict.fromkeys(chosen))

    def _search(self, entity: Entity, rows: Mapping[str, Mapping[str, Any]], choose: Chooser) -> str:
        texts = [row[n] for row in rows.values() for n in entity.listing.search if row.get(n)]
        if not texts or choose.rarely(4):
            return choose.pick(("a", "%", "_", "\\", "no such text", "É"))
        text = str(choose.pick(texts))[:_STEM]
        return choose.pick((text, text.upper(), text[1:] or text))

    @staticmethod
    def _page(query: dict[str, Any], present: int, choose: Chooser) -> None:
        if choose.rarely(2):
            query["limit"] = choose.pick(_LIMITS)
        if choose.rarely(3):
            query["offset"] = choose.below(min(present, 6) + 1)
        if choose.rarely(3):
            query["total"] = True
