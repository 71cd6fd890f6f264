"""Rows that fulfil every rule which the database can hold, or break exactly one."""

from __future__ import annotations

import json
import math
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal
from itertools import count, islice
from typing import Any, cast
from uuid import UUID

from generator.expr.evaluate import Environment, evaluate
from generator.expr.model import Expr
from generator.expr.walk import refs
from generator.ir.index import Index, stored_fields
from generator.ir.model import Entity, Field, Managed
from generator.verify.interpreter.values import Refused, read_json
from generator.verify.oracle.pools import Pools
from generator.verify.plan.session import BASE, START, Names

Row = dict[str, Any]  # field -> Python value
Goal = tuple[Expr, bool]  # an expression, and whether it must be true (else: false)

_ROUNDS = 12
_MOST = 6_000  # assignments tried for one condition
_WIDE, _NARROW = 60, 14  # candidates of a field, if a condition reads few or many
_NOTHING: Mapping[str, Any] = {}
_FIRST_ID = 0x019B0000_0000_7000_8000_000000000000


class Stranger(Exception):  # noqa: N818 - it says what is missing
    """There is no such row."""


class Maker:
    """Makes rows of one application; every unique value is another one, `apart`: every value that can be."""

    def __init__(self, index: Index, *, apart: bool = False) -> None:
        self._index = index
        self._apart = apart
        self._pools = Pools(index)
        self._names = Names(START, BASE)
        self._ids = count(1)
        self.known: dict[str, list[UUID]] = {}  # ids of the rows that may be referred to
        self._candidates: dict[str, list[Any]] = {}

    def new_id(self) -> UUID:
        """Return an id that no row has."""
        return UUID(int=_FIRST_ID + next(self._ids))

    def row(
        self,
        entity: Entity,
        fixed: Mapping[str, Any],
        goals: Sequence[Goal] = (),
        skip: str = "",
        loose: Mapping[str, Any] = _NOTHING,
    ) -> Row:
        """Return a row with the fixed values that meets the goals and every rule but `skip`; or Stranger.

        What is `loose` stays as it is unless something else is needed.
        """
        if self._apart:
            with suppress(Stranger):
                return self._row(entity, fixed, goals, skip, loose, apart=True)
        return self._row(entity, fixed, goals, skip, loose, apart=False)

    def _row(
        self,
        entity: Entity,
        fixed: Mapping[str, Any],
        goals: Sequence[Goal],
        skip: str,
        loose: Mapping[str, Any],
        *,
        apart: bool,
    ) -> Row:
        wanted = [*goals, *((r.condition.expr, True) for r in entity.rules if r.local and r.id != skip)]
        row = {f.name: self._first(entity, f, apart=apart) for f in stored_fields(entity)} | {
            **loose,
            **fixed,
        }
        row["id"] = row["id"] if "id" in {**loose, **fixed} else self.new_id()
        for _ in range(_ROUNDS):
            open_ = next((g for g in wanted if not meets(row, g)), None)
            if open_ is None:
                return row
            row = self._settled(entity, row, frozenset(fixed), open_, wanted)
        raise Stranger("no values were found that meet every other condition")

    def _first(self, entity: Entity, field: Field, *, apart: bool) -> Any:
        if field.type.name == "row":
            return None
        counter = field.managed is Managed.COUNTER
        unique = apart or counter or field.unique or any(field.name in u.fields for u in entity.uniques)
        found = self._fresh(field) if unique else None
        return self.candidates(field)[0] if found is None else found

    def is_wide(self, field: Field) -> bool:
        """Whether every row can have a value of its own."""
        return self._fresh(field) is not None

    def _fresh(self, field: Field) -> Any:
        """Return a value that no other row has, if the field has values enough."""
        value = self._pools.fresh(field)
        return None if value is None else self._read(field, value)

    def candidates(self, field: Field) -> list[Any]:
        """Return values that the field takes."""
        if field.id not in self._candidates:
            if field.type.name == "row":
                found = []
            else:
                found = [self._read(field, v) for v in self._pools.good(field)]
            self._candidates[field.id] = [v for v in found if v is not None] or [None]
        return self._candidates[field.id]

    def _read(self, field: Field, value: Any) -> Any:
        try:
            return read_json(self._names.resolve(value), field, self._index)
        except Refused:
            return None

    def _settled(
        self, entity: Entity, row: Row, fixed: frozenset[str], goal: Goal, wanted: Sequence[Goal]
    ) -> Row:
        """Return the row changed so that the goal is met, and all others too if that can be."""
        names = list(dict.fromkeys(r.field for r in refs(goal[0]) if r.field and r.field not in fixed))
        fields = [self._index.field(entity.name, n) for n in names]
        free = [f for f in fields if self._options(f, len(fields))]
        best: Row | None = None
        for values in islice(_choices([self._options(f, len(free)) for f in free]), _MOST):
            tried = row | dict(zip((f.name for f in free), values, strict=True))
            if meets(tried, goal):
                best = best or tried
                if all(meets(tried, g) for g in wanted):
                    return tried
        if best is None:
            raise Stranger("no values were found that meet the condition")
        return best

    def _options(self, field: Field, together: int) -> list[Any]:
        many = _WIDE if together <= 2 else _NARROW
        found = self.candidates(field)[:many]
        if field.type.name == "row":
            found = list(self.known.get(field.type.of, ()))
        return [*found, None] if field.type.nullable else found


class _OneRow:
    """The world of a single row, as a CHECK sees it."""

    now = START

    def __init__(self, row: Row) -> None:
        self._row = row

    def field(self, _row: Hashable, name: str) -> Any:
        """Return a stored field; of a reference the id."""
        return self._row[name]

    def before(self, _row: Hashable, name: str) -> Any:
        """Refuse: a CHECK knows no earlier values."""
        raise KeyError(name)

    def members(self, _row: Hashable, collection: str) -> Sequence[Hashable]:
        """Refuse: a CHECK knows no other rows."""
        raise KeyError(collection)

    def rows(self, entity: str) -> Sequence[Hashable]:
        """Refuse: a CHECK knows no other rows."""
        raise KeyError(entity)

    def value(self, _source: str, name: str) -> Any:
        """Refuse: a CHECK knows no request."""
        raise KeyError(name)


def meets(row: Row, goal: Goal) -> bool:
    """Whether a rule holds (true or null) as it should, or is false as it should."""
    expr, wanted = goal
    return (evaluate(expr, cast("Environment", _OneRow(row)), {"self": "self"}) is not False) == wanted


def spelled(value: Any, field: Field) -> str | None:
    """Return a value as PostgreSQL reads it from text; None for NULL."""
    match value:
        case None:
            return None
        case _ if field.type.name == "json":
            return json.dumps(value)
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f")
        case float():
            return repr(value) if math.isfinite(value) else None
        case datetime() | date() | time():
            return value.isoformat()
        case _:
            return str(value)


def _choices(options: Sequence[list[Any]]) -> Iterator[tuple[Any, ...]]:
    """Yield every choice of one value each, the last place changing fastest."""
    if not options:
        yield ()
        return
    for value in options[0]:
        for others in _choices(options[1:]):
            yield (value, *others)
