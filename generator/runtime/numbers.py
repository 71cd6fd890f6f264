"""Exact arithmetic as the database does it."""

import decimal
import math
from decimal import ROUND_HALF_UP, Context, Decimal

_EXACT = 400  # digits; no product or sum of stored numbers needs more
_WIDE = Context(prec=_EXACT, rounding=ROUND_HALF_UP, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)
_QUOTIENT_DIGITS = 10
decimal.DefaultContext.prec = _EXACT
decimal.getcontext().prec = _EXACT


def rounded(value: Decimal | int, digits: int) -> Decimal:
    """Round half away from zero; the result has exactly `digits` decimals (at least none)."""
    step = Decimal(1).scaleb(-digits)
    result = Decimal(value).quantize(step, ROUND_HALF_UP, _WIDE)
    return result if digits >= 0 else result.quantize(Decimal(1), context=_WIDE)


def divided(left: Decimal | int, right: Decimal | int) -> Decimal | None:
    """Return left / right to ten digits; nothing when dividing by zero."""
    if right == 0:
        return None
    return rounded(_WIDE.divide(Decimal(left), Decimal(right)), _QUOTIENT_DIGITS)


def float_divided(left: float, right: float) -> float | None:
    """Return left / right; nothing when dividing by zero."""
    return None if right == 0 else left / right


def remainder(left: Decimal | int, right: Decimal | int) -> Decimal | None:
    """Return the remainder with the sign of `left`; nothing when dividing by zero."""
    return None if right == 0 else _WIDE.remainder(Decimal(left), Decimal(right))


def int_remainder(left: int, right: int) -> int | None:
    """Return the remainder with the sign of `left`; nothing when dividing by zero."""
    if right == 0:
        return None
    size = abs(left) % abs(right)
    return size if left >= 0 else -size


def float_remainder(left: float, right: float) -> float | None:
    """Return the remainder with the sign of `left`; nothing when dividing by zero."""
    return None if right == 0 else math.fmod(left, right)
