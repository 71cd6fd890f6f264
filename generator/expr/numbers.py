"""Exact arithmetic, as docs/language.md defines it: the one copy that Python readers share."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

Number = int | Decimal | float

_EXACT = Context(prec=400)
DIVISION_DIGITS = 10


def calculate(op: str, left: Number, right: Number) -> Number | None:
    """Return `left op right`; null for a division by zero."""
    if isinstance(left, float) or isinstance(right, float):
        return _floats(op, float(left), float(right))
    match op:
        case "/":
            return divide(left, right)
        case "%":
            return remainder(left, right)
    if isinstance(left, int) and isinstance(right, int):
        return _ints(op, left, right)
    return _decimals(op, Decimal(left), Decimal(right))


def add(left: Number, right: Number) -> Number:
    """Return the sum."""
    if isinstance(left, float) or isinstance(right, float):
        return float(left) + float(right)
    if isinstance(left, int) and isinstance(right, int):
        return left + right
    return _EXACT.add(Decimal(left), Decimal(right))


def _ints(op: str, left: int, right: int) -> int:
    match op:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
    raise ValueError(op)


def _decimals(op: str, left: Decimal, right: Decimal) -> Decimal:
    match op:
        case "+":
            return _EXACT.add(left, right)
        case "-":
            return _EXACT.subtract(left, right)
        case "*":
            return _EXACT.multiply(left, right)
    raise ValueError(op)


def _floats(op: str, left: float, right: float) -> float | None:
    if op in ("/", "%") and right == 0:
        return None
    match op:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left / right
        case "%":
            return _float_remainder(left, right)
    raise ValueError(op)


def _float_remainder(left: float, right: float) -> float:
    """Take floats as the numbers they are written as: 0.3 % 0.1 is 0, as in SQL's numeric."""
    if not (math.isfinite(left) and math.isfinite(right)):
        return math.nan
    return float(_EXACT.remainder(Decimal(repr(left)), Decimal(repr(right))))


def divide(left: int | Decimal, right: int | Decimal) -> Decimal | None:
    """Return the quotient, rounded half away from zero to 10 digits."""
    if right == 0:
        return None
    return _rounded(Fraction(left) / Fraction(right), DIVISION_DIGITS)


def _rounded(value: Fraction, places: int) -> Decimal:
    scaled = abs(value) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(-whole if value < 0 else whole).scaleb(-places, _EXACT)


def remainder(left: int | Decimal, right: int | Decimal) -> int | Decimal | None:
    """Return the remainder, which has the sign of the dividend."""
    if right == 0:
        return None
    if isinstance(left, int) and isinstance(right, int):
        rest = abs(left) % abs(right)
        return -rest if left < 0 else rest
    return _EXACT.remainder(Decimal(left), Decimal(right))


def quantize(value: Decimal | int, places: int) -> Decimal:
    """Round half away from zero to exactly `places` decimals."""
    return Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _EXACT)


def magnitude(value: Number) -> Number:
    """`abs(n)`, which is exact for decimals too."""
    return value.copy_abs() if isinstance(value, Decimal) else abs(value)


def round_to(value: Number, places: int) -> Number:
    """`round(n, k)`; a float is rounded by its shortest decimal text."""
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return float(quantize(Decimal(repr(value)), places)) if math.isfinite(value) else value
    return quantize(value, places)
