"""The reference meaning: numbers, null, time, aggregates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.expr.evaluate import Row, Value, evaluate
from generator.expr.model import BOOL, BooleanExpr, Literal, NotExpr
from generator.expr.numbers import calculate, divide, magnitude
from tests.expr.toy import good

NOW = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


class World:
    """Rows are dictionaries' names."""

    now = NOW

    def __init__(self, rows: dict[str, dict[str, Any]], inputs: dict[str, Any]) -> None:
        self._rows = rows
        self._inputs = inputs

    def field(self, row: Row, name: str) -> Value:
        return self._rows[str(row)].get(name)

    def before(self, row: Row, name: str) -> Value:
        value = self.field(row, name)
        return value - 1 if isinstance(value, int) else value

    def members(self, row: Row, collection: str) -> Sequence[Row]:
        return self._rows[str(row)].get(collection, [])

    def rows(self, entity: str) -> Sequence[Row]:
        return [name for name in self._rows if name.startswith(entity)]

    def value(self, source: str, name: str) -> Value:
        assert source == "input"
        return self._inputs.get(name)


WORLD = World(
    {
        "Box1": {
            "limit": 7,
            "count": -7,
            "status": "OPEN",
            "open": True,
            "ratio": 0.5,
            "holder": "Holder1",
            "parent": None,
            "note": "  Ärger ",
            "made_at": NOW,
            "due": date(2026, 2, 28),
            "parts": ["Part1", "Part2", "Part3"],
        },
        "Box2": {"limit": 0, "status": "SHUT", "parent": "Box1", "open": False},
        "Holder1": {"limit": 3, "credit": Decimal("10.00")},
        "Part1": {"limit": 1, "amount": Decimal("1.25"), "box": "Box1"},
        "Part2": {"limit": 2, "amount": Decimal("2.50"), "weight": 0.5, "box": "Box1"},
        "Part3": {"limit": None, "amount": Decimal("0.00"), "box": "Box1"},
    },
    {"amount": Decimal("2.5"), "why": None},
)


def value_of(text: str) -> Value:
    return evaluate(good(text), WORLD, {"self": "Box1", "input:to": "Holder1", "made": "Part1"})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("limit / 2", Decimal("3.5")),
        ("limit / 3", Decimal("2.3333333333")),
        ("count / 3", Decimal("-2.3333333333")),
        ("limit / 0", None),
        ("limit % 0", None),
        ("count % 3", -1),
        ("limit % -3", 1),
        ("-5.5 % 2", Decimal("-1.5")),
        ("0.1 + 0.2 == 0.3", True),
        ("limit * 0.5", Decimal("3.5")),
        ("ratio * 3", 1.5),
        ("ratio / 0", None),
        ("round(2.5)", 3),
        ("round(-2.5)", -3),
        ("round(2.345, 2)", Decimal("2.35")),
        ("floor(-2.5)", -3),
        ("ceil(-2.5)", -2),
        ("abs(count)", 7),
        ("min(limit, 2.5)", Decimal("2.5")),
        ("max(limit, 2.5)", 7),
        ("parent.limit", None),
        ("parent.limit + 1", None),
        ("parent.limit > 1", None),
        ("parent is null", True),
        ("parent.exists", False),
        ("holder.exists", True),
        ("parent == self", None),
        ("holder == to", True),
        ("parent.limit > 1 or open", True),
        ("parent.limit > 1 and open", None),
        ("parent.limit > 1 and not open", False),
        ("parent.limit in [1, 2]", None),
        ("limit not in [1, 2]", True),
        ("limit in [1, parent.limit]", None),
        ("limit in [7, parent.limit]", True),
        ("coalesce(parent.limit, 4)", 4),
        ("if(parent.limit > 1, 1, 2)", 2),
        ("old(limit)", 6),
        ("len(note)", 8),
        ("len(trim(note))", 5),
        ("upper(note) == '  ÄRGER '", True),
        ("made_at + 30m - made_at", timedelta(minutes=30)),
        ("made_at + hours(limit) > now()", True),
        ("date(now())", date(2026, 1, 31)),
        ("today() + days(1)", date(2026, 2, 1)),
        ("due - 28d == today()", True),
        ("due - today()", timedelta(days=28)),
        ("days(due - today())", 28),
        ("hours(made_at + 50m - made_at)", Decimal("0.8333333333")),
        ("days(made_at - (made_at + 36h))", Decimal("-1.5")),
        ("seconds(7d)", Decimal(604800)),
        ("now() + days(limit * 300000000)", None),
        ("len(parts)", 3),
        ("count(parts, limit > 1)", 1),
        ("sum(parts, limit)", 3),
        ("sum(parts, amount * limit)", Decimal("6.25")),
        ("avg(parts, limit)", Decimal("1.5")),
        ("min(parts, amount)", Decimal("0.00")),
        ("max(parts, limit)", 2),
        ("sum(parent.parts, limit)", 0),
        ("max(parent.parts, limit)", None),
        ("any(parts, limit > 1)", True),
        ("all(parts, limit > 0)", None),
        ("all(parts, limit > 1)", False),
        ("all(parent.parts, limit > 1)", True),
        ("exists(parts)", True),
        ("exists(parts, limit > self.limit)", False),
        ("any(parts, any(box.parts, limit > part.limit))", True),
        ("count(Box)", 2),
        ("count(Box, parent == self)", 1),
        ("input.amount == 2.5", True),
        ("why is null", True),
        ("status == OPEN", True),
        ("status in [SHUT]", False),
    ],
)
def test_values(text: str, value: Value) -> None:
    result = value_of(text)
    assert result == value
    assert type(result) is type(value)


KLEENE = st.sampled_from([True, False, None])


def _constant(value: bool | None) -> Literal:
    return Literal(value, BOOL)


def _value(expr: BooleanExpr | NotExpr) -> bool | None:
    return evaluate(expr, WORLD, {})


@given(KLEENE, KLEENE, KLEENE)
def test_kleene_laws(a: bool | None, b: bool | None, c: bool | None) -> None:
    x, y, z = _constant(a), _constant(b), _constant(c)
    both, either = BooleanExpr("and", (x, y)), BooleanExpr("or", (x, y))
    assert _value(both) == _value(BooleanExpr("and", (y, x)))
    assert _value(NotExpr(both)) == _value(BooleanExpr("or", (NotExpr(x), NotExpr(y))))
    assert _value(NotExpr(either)) == _value(BooleanExpr("and", (NotExpr(x), NotExpr(y))))
    spread = BooleanExpr("or", (BooleanExpr("and", (x, y)), BooleanExpr("and", (x, z))))
    assert _value(BooleanExpr("and", (x, BooleanExpr("or", (y, z))))) == _value(spread)
    assert _value(NotExpr(NotExpr(x))) == a


NUMBERS = st.one_of(st.integers(-(10**12), 10**12), st.decimals(-(10**9), 10**9, places=4))


@given(NUMBERS, NUMBERS)
def test_division_and_remainder(a: int | Decimal, b: int | Decimal) -> None:
    quotient = divide(a, b)
    if b == 0:
        assert quotient is None
        return
    assert quotient is not None
    assert abs(quotient * Decimal(b) - Decimal(a)) <= abs(Decimal(b)) * Decimal("0.00000000005")
    rest = calculate("%", a, b)
    assert rest is not None
    assert rest == 0 or (rest < 0) == (a < 0)
    assert abs(rest) < abs(b)


def test_the_magnitude_of_a_wide_decimal_is_exact() -> None:
    assert magnitude(Decimal("-0." + "9" * 38)) == Decimal("0." + "9" * 38)
