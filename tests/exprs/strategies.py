"""Hypothesis strategies: rows, and texts of expressions about a box."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from tests.exprs.world import NOW, World

small = st.integers(-4, 6)
texts = st.sampled_from(["", "a", "B", "ab", " é ", "it's", "100%_\\", "z:y"])
floats = st.sampled_from([-2.5, 0.0, 0.1, 0.25, 0.3, 1.0, 1.5, 3.0])
moments = st.sampled_from(
    [NOW - dt.timedelta(days=2), NOW - dt.timedelta(minutes=15), NOW, NOW + dt.timedelta(1)]
)
days = st.sampled_from([NOW.date(), NOW.date() + dt.timedelta(1), NOW.date() - dt.timedelta(40)])


def decimals(places: int) -> st.SearchStrategy[Decimal]:
    return st.integers(-(10**4), 10**4).map(lambda n: Decimal(n).scaleb(-places))


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), values)


def ids(kind: int, count: int) -> list[UUID]:
    return [UUID(int=kind << 64 | n) for n in range(1, count + 1)]


def _holder(key: UUID) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"id": st.just(key), "name": texts, "credit": decimals(2), "limit": maybe(small)}
    )


def _box(key: UUID, holders: list[UUID], earlier: list[UUID]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "id": st.just(key),
            "holder_id": st.sampled_from(holders),
            "parent_id": maybe(st.sampled_from(earlier)) if earlier else st.none(),
            "color": maybe(st.sampled_from(["RED", "GREEN", "BLUE"])),
            "size": small,
            "rate": decimals(3),
            "fee": maybe(decimals(2)),
            "ratio": floats,
            "open": st.booleans(),
            "flag": maybe(st.booleans()),
            "made_at": moments,
            "seen_at": maybe(moments),
            "due": days,
            "at": st.sampled_from([dt.time(9, 30), dt.time(23, 59, 59, 5)]),
            "note": maybe(texts),
            "status": st.sampled_from(["NEW", "DONE"]),
        }
    )


def _part(key: UUID, boxes: list[UUID], holders: list[UUID]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "id": st.just(key),
            "box_id": st.sampled_from(boxes),
            "maker_id": maybe(st.sampled_from(holders)),
            "amount": small,
            "price": decimals(2),
            "weight": maybe(floats),
            "day": maybe(days),
        }
    )


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Rows that refer to each other, and a request."""
    holders, boxes, parts = ids(1, 2), ids(2, 3), ids(3, draw(st.integers(0, 4)))
    rows = {
        "Holder": [draw(_holder(k)) for k in holders],
        "Box": [draw(_box(k, holders, boxes[:n])) for n, k in enumerate(boxes)],
        "Part": [draw(_part(k, boxes, holders)) for k in parts],
    }
    friends = draw(st.sets(st.tuples(st.sampled_from(holders), st.sampled_from(holders))))
    inputs = {"n": draw(small), "x": draw(decimals(2)), "why": draw(maybe(texts))}
    return World(rows, friends, inputs, draw(maybe(st.sampled_from(holders))))


# --- expressions -------------------------------------------------------------------

_LOCAL_INTS = ["size", "box.size", "len(note)", "3", "0", "-2"]
_INTS = [*_LOCAL_INTS, "n", "holder.limit", "parent.size", "parent.parent.size", "to.limit", "len(parts)"]
_LOCAL_NUMBERS = [
    *("rate", "fee", "0.5", "12.345", "ratio", "1.0"),
    *("hours(seen_at - made_at)", "days(date(made_at) - due)"),
    "if(size > 0, rate / size, 0)",
    "if(rate == 0 or ratio <= 0, 1, size % rate + 5 / ratio)",
]
_NUMBERS = [
    *_LOCAL_NUMBERS,
    "days(seen_at - now())",
    "seconds(made_at - parent.made_at) * rate",
    "days(due - today()) + minutes(7d)",
    "sum(parts, days(day - self.due))",
    "x",
    "total",
    "share",
    "parent.total",
    "holder.worth",
    "sum(parts, amount)",
    "sum(parts, amount * price)",
    "sum(parts, weight)",
    "avg(parts, amount)",
    "avg(parts, price)",
    "min(parts, price)",
    "max(parts, weight)",
    "count(parts, price > self.rate or maker is null)",
    "count(Box, holder == self.holder)",
    "count(Part, amount > n and maker == self.holder)",
    "sum(Holder, limit)",
    "max(Box, size)",
    "sum(Box, if(parent == self, len(parts), 0))",
    "sum(parent.parts, amount)",
    "count(holder.friends)",
]
_LOCAL_CONDITIONS = [
    "open",
    "flag",
    "not flag",
    "flag == true",
    "flag != false",
    "flag == open",
    "note is null",
    "seen_at is not null",
    "status == NEW",
    'status in ["NEW", "DONE"]',
    "color == RED",
    "color not in [RED, GREEN]",
    'note == "it\'s"',
    'note < "b"',
    'lower(note) == "ab"',
    'upper(trim(note)) >= "B"',
    'note in ["a", "100%_\\\\", "z:y"]',
    "seen_at > made_at",
    "seen_at - made_at > 15m",
    "minutes(seen_at - made_at) < size",
    "due - date(made_at) >= 2d",
    "days(due - date(seen_at)) / 7 < rate",
    "made_at + hours(size) <= seen_at",
    'made_at > "2026-05-04T12:15:15.25Z"',
    "due + days(size) >= date(seen_at)",
    'due - 2d < "2026-05-04"',
    'at > "09:30"',
    "parent is null",
    "parent.exists",
]
_CONDITIONS = [
    *_LOCAL_CONDITIONS,
    "heavy",
    "parent.heavy",
    "why is null",
    "why == note",
    "made_at < now() - minutes(n)",
    "due >= today()",
    "holder == to",
    "parent.holder == to",
    "parent.holder.id == to.id",
    "to.exists and to.credit > 0",
    "parent == self",
    "to in holder.friends",
    "holder not in parent.holder.friends",
    "any(parts, maker in box.holder.friends)",
    "any(parts as one, any(box.parts as other, other != one and other.amount == one.amount))",
    "parent in Box and due > 2026-05-04",
    "exists(parts)",
    "not exists(parts, weight > 0.5)",
    "any(parts, maker == box.holder)",
    "any(parts, weight > ratio and day < due)",
    "all(parts, weight > 0.2)",
    "all(parts, maker.limit > amount)",
    "all(parts, price > 0 or any(box.parts, amount < part.amount))",
    "any(holder.friends, name < self.holder.name)",
    "any(parent.holder.friends, limit > n)",
    "any(Part, weight > 1)",
    "all(Box, parent.exists or total > rate)",
    "count(Box, status == DONE and any(parts, amount > self.size)) > 1",
    "parent.color == color",
    "if(flag, color, parent.color) == GREEN",
]


def _numeric(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    binary = st.tuples(inner, st.sampled_from("+-*/%"), inner).map(lambda t: f"({t[0]}) {t[1]} ({t[2]})")
    calls = st.tuples(st.sampled_from(["abs", "floor", "ceil", "round", "-"]), inner).map(
        "{0[0]}({0[1]})".format
    )
    places = inner.map("round({}, 2)".format)
    pairs = st.tuples(st.sampled_from(["min", "max", "coalesce"]), inner, inner).map(
        lambda t: f"{t[0]}({t[1]}, {t[2]})"
    )
    choice = st.tuples(inner, inner).map(lambda t: f"if(flag, {t[0]}, {t[1]})")
    return st.one_of(binary, calls, places, pairs, choice)


def _logical(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    joined = st.tuples(st.sampled_from([" and ", " or "]), st.lists(inner, min_size=2, max_size=3)).map(
        lambda t: t[0].join(f"({x})" for x in t[1])
    )
    return st.one_of(joined, inner.map("not ({})".format))


def _of(ints: list[str], decimals_: list[str], conditions: list[str]) -> st.SearchStrategy[str]:
    numbers = st.recursive(st.sampled_from([*ints, *decimals_]), _numeric, max_leaves=3)
    operators = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
    unlike = st.tuples(numbers, operators, numbers).filter(lambda t: t[0] != t[2])
    compared = unlike.map(lambda t: f"({t[0]}) {t[1]} ({t[2]})")
    listed = st.lists(numbers, min_size=2, max_size=3).map(lambda n: f"({n[0]}) not in [{', '.join(n[1:])}]")
    atoms = st.one_of(st.sampled_from(conditions), compared, listed)
    return st.one_of(st.recursive(atoms, _logical, max_leaves=4), numbers)


texts_of_expressions = _of(_INTS, _NUMBERS, _CONDITIONS)
texts_of_local_expressions = _of(_LOCAL_INTS, _LOCAL_NUMBERS, _LOCAL_CONDITIONS)
every_leaf = [*_INTS, *_NUMBERS, *_CONDITIONS]
every_local_leaf = [*_LOCAL_INTS, *_LOCAL_NUMBERS, *_LOCAL_CONDITIONS]
