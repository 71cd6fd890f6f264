"""Numbers and ids."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest

from generator.runtime.ids import new_id
from generator.runtime.numbers import (
    average,
    divided,
    float_rounded,
    quotient,
    remainder,
    remainder_or_none,
    rounded,
)


def test_ids_are_uuid7_in_the_order_they_were_made() -> None:
    made = [new_id() for _ in range(5000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {(i.version, i.variant) for i in made} == {(7, UUID(int=0x8 << 60).variant)}


@pytest.mark.parametrize(
    ("value", "digits", "result"),
    [
        ("0.125", 2, "0.13"),
        ("-0.125", 2, "-0.13"),
        ("2.5", 0, "3"),
        ("1", 2, "1.00"),
        ("1e30", 2, f"1{'0' * 30}.00"),
    ],
)
def test_rounding_goes_half_away_from_zero(value: str, digits: int, result: str) -> None:
    assert str(rounded(Decimal(value), digits)) == result


def test_division() -> None:
    assert quotient(1, 3) == Decimal("0.3333333333")
    assert quotient(Decimal("-0.00000000005"), 1) == Decimal("-0.0000000001")
    assert divided(Decimal(1), 0) is None
    assert average([]) is None
    assert average([1, 2]) == Decimal("1.5")


def test_products_are_exact() -> None:
    big = Decimal("9" * 38)
    assert big * big * big == int(big) ** 3


def test_remainders_have_the_sign_of_the_dividend() -> None:
    assert [remainder(-7, 3), remainder(7, -3)] == [-1, 1]
    assert remainder(Decimal("-7.5"), Decimal(2)) == Decimal("-1.5")
    assert remainder(0.3, 0.1) == 0.0
    assert remainder_or_none(1, 0) is None


def test_floats_are_rounded_as_they_are_written() -> None:
    assert float_rounded(2.675, 2) == 2.68
    assert float_rounded(float("inf"), 2) == float("inf")
