"""Exact arithmetic, the same as the database's; imported, it makes Decimal exact everywhere."""

import decimal
import math
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Any, overload

Number = Decimal | float  # int included

_DIGITS = 400  # no result of an operation on stored numbers has more
_WIDE = Context(prec=_DIGITS)
_QUOTIENT_DIGITS = 10
decimal.DefaultContext.prec = _DIGITS
decimal.getcontext().prec = _DIGITS


def rounded(value: Decimal | int, digits: int) -> Decimal:
    """Round half away from zero to exactly `digits` decimals."""
    return Decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, _WIDE)


def float_rounded(value: float, digits: int) -> float:
    """Round a float, taken as the number it is written as, half away from zero."""
    return float(rounded(Decimal(repr(value)), digits)) if math.isfinite(value) else value


def quotient(left: Decimal | int, right: Decimal | int) -> Decimal:
    """Return left / right, rounded half away from zero to ten digits."""
    exact = Fraction(left) / Fraction(right)
    scaled = abs(exact) * 10**_QUOTIENT_DIGITS
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(-whole if exact < 0 else whole).scaleb(-_QUOTIENT_DIGITS, _WIDE)


def divided(left: Decimal | int, right: Decimal | int) -> Decimal | None:
    """Return the quotient; None when dividing by zero."""
    return None if right == 0 else quotient(left, right)


def float_divided(left: float, right: float) -> float | None:
    """Return left / right; None when dividing by zero."""
    return None if right == 0 else left / right


@overload
def remainder(left: int, right: int) -> int: ...
@overload
def remainder(left: Decimal, right: Decimal) -> Decimal: ...
@overload
def remainder(left: float, right: float) -> float: ...
def remainder(left: Number, right: Number) -> Number:
    """Return the remainder with the sign of `left`; a float counts as the number it is written as."""
    if isinstance(left, int) and isinstance(right, int):
        rest = abs(left) % abs(right)
        return -rest if left < 0 else rest
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return _WIDE.remainder(left, right)
    return float(_WIDE.remainder(Decimal(repr(left)), Decimal(repr(right))))


@overload
def remainder_or_none(left: int, right: int) -> int | None: ...
@overload
def remainder_or_none(left: Decimal, right: Decimal) -> Decimal | None: ...
@overload
def remainder_or_none(left: float, right: float) -> float | None: ...
def remainder_or_none(left: Any, right: Any) -> Number | None:
    """Return the remainder; None when dividing by zero."""
    return None if right == 0 else remainder(left, right)


def average(values: Iterable[Decimal | int]) -> Decimal | None:
    """Return the mean, to ten digits; None of nothing."""
    numbers = list(values)
    return quotient(sum(numbers, Decimal(0)), len(numbers)) if numbers else None


def float_average(values: Iterable[float]) -> float | None:
    """Return the mean; None of nothing."""
    numbers = list(values)
    return sum(numbers) / len(numbers) if numbers else None
