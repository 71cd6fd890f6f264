"""Values to try for a knob so that a comparison comes out as wanted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from generator.ir.model import Field, Input
from generator.verify.plan import numbers, texts
from generator.verify.plan.reading import from_python
from generator.verify.plan.session import START
from generator.verify.plan.values import Value

MARGIN = timedelta(minutes=10)  # between a sent time and a bound that moves with the clock
_STEPS = {"<": (-1, -2), "<=": (0, -1), "==": (0,), ">": (1, 2), ">=": (0, 1), "!=": (1, -1)}


def steps(op: str, *, left: bool) -> tuple[int, ...]:
    """Return how far from equality to go; on the right side of the operator it is the other way."""
    return _STEPS[op] if left else tuple(-n for n in _STEPS[op])


def toward(
    item: Field | Input, current: Any, gap: Any, moves: tuple[int, ...], *, clock: bool
) -> Iterator[Value]:
    """Yield values at and around `current + gap` and `current - gap`."""
    kind = item.type.name
    if kind in {"datetime", "date"}:
        yield from _moments(kind, current, gap, moves, clock=clock)
    elif kind in {"int", "decimal", "float"} and isinstance(gap, int | float | Decimal):
        yield from _numbers(item, current, Decimal(str(gap)), moves)
    elif kind in {"string", "text"} and isinstance(gap, int) and isinstance(current, str):
        for n in moves:
            yield "x" * max(len(current) + gap + n, 0)


def _moments(kind: str, current: Any, gap: Any, moves: tuple[int, ...], *, clock: bool) -> Iterator[Value]:
    if not isinstance(gap, timedelta) or not isinstance(current, date):
        return
    whole_days = kind == "date"
    for sign in (1, -1):
        for n in moves:
            step = timedelta(days=1) if whole_days else MARGIN if clock else timedelta(seconds=1)
            if clock and n == 0 and not whole_days:
                n = next((m for m in moves if m), 1)  # noqa: PLW2901 - a moving bound can't be met exactly
            moment = _shift(current, gap * sign + step * n)
            if moment is not None:
                yield from_python(moment)


def _shift(moment: Any, by: timedelta) -> Any:
    try:
        shifted = moment + by
    except OverflowError:
        return None
    if isinstance(shifted, datetime) and shifted.microsecond:
        return shifted.replace(microsecond=0)
    return shifted


def _numbers(item: Field | Input, current: Any, gap: Decimal, moves: tuple[int, ...]) -> Iterator[Value]:
    base = Decimal(str(current)) if isinstance(current, int | float | Decimal) else Decimal(0)
    step = numbers.step(item.type)
    for target in (base + gap, base - gap):
        for n in moves:
            yield from accepted(item, target + n * step)


def beside(value: Any, moves: tuple[int, ...]) -> Iterator[Value]:
    """Yield values at or next to a time of day or a text, in the direction of the moves."""
    if isinstance(value, time):
        day = datetime.combine(START.date(), value)
        moved = (day + timedelta(seconds=n) for n in moves)
        yield from (m.time() for m in moved if m.date() == day.date())
    elif isinstance(value, str):
        yield from (value + "0" * n if n >= 0 else value[:n] for n in moves)


def accepted(item: Field | Input, value: Decimal) -> Iterator[Value]:
    """Yield the number, or its neighbours on the field's grid, if the field takes it."""
    if item.type.name == "float":
        options = [value]
    else:
        step = numbers.step(item.type)
        options = list(dict.fromkeys(value.quantize(step, r) for r in (ROUND_FLOOR, ROUND_CEILING)))
    for option in options:
        if numbers.fits(item.type, item.limits, option):
            yield numbers.typed(item.type, option)


def enough(item: Field | Input, gap: Decimal) -> Iterator[Value]:
    """Yield the number as large as a gap, one more, and many times as much; at most what the input takes."""
    highest = numbers.high(item.type, item.limits)
    for amount in (gap, gap + numbers.step(item.type), gap * 20):
        yield from accepted(item, amount if highest is None else min(amount, highest))


def scaled(item: Field | Input, current: Any, ratio: Decimal, moves: tuple[int, ...]) -> Iterator[Value]:
    """Yield values around `current * ratio`, for factors of a multiplication."""
    if item.type.name not in {"int", "decimal", "float"} or not isinstance(current, int | float | Decimal):
        return
    target = Decimal(str(current)) * ratio
    for n in moves:
        yield from accepted(item, target + n * numbers.step(item.type))


def extremes(item: Field | Input) -> Iterator[Value]:
    """Yield the bounds of a field and small numbers: for guards that no step leads to."""
    match item.type.name:
        case "int" | "decimal" | "float":
            found = [numbers.low(item.type, item.limits), numbers.high(item.type, item.limits)]
            for value in (Decimal(1), Decimal(0), Decimal(2), Decimal(100), *found):
                if value is not None:
                    yield from accepted(item, value)
        case "string" | "text":
            yield " " * max(texts.lengths(item)[0], 1)
            yield from (value for _, value in texts.bounds(item))
        case "datetime":
            for hours in (-24, 24, -24 * 40, 24 * 40, -1, 1):
                yield from_python(_shift(START, timedelta(hours=hours)))
        case "date":
            for days in (-1, 1, 0, -400, 400):
                yield from_python(START.date() + timedelta(days=days))
