"""Constants of the expression language as Python."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import assert_never

from generator.emit.exprs.pycode import ATOM, UNARY, Code, call
from generator.emit.python import Imports, literal
from generator.expr.model import Literal, Type

_UNITS = {"days": 86400, "hours": 3600, "minutes": 60, "seconds": 1}


def python_literal(expr: Literal, imports: Imports) -> Code:
    """Return the Python expression of a constant."""
    value = expr.value
    match value:
        case None | bool():
            return Code(literal(value), ATOM)
        case int() | float():
            return number(value)
        case str():
            return _typed(value, expr.type, imports)
        case _:
            assert_never(value)


def number(value: float) -> Code:
    """Return a number; a negative one binds like a sign."""
    return Code(literal(value), UNARY if value < 0 else ATOM)


def _typed(text: str, type_: Type, imports: Imports) -> Code:
    match type_.name:
        case "decimal":
            return decimal(Decimal(text), imports)
        case "date":
            return call(imports.symbol("datetime", "date"), *_date_parts(date.fromisoformat(text)))
        case "datetime":
            return _datetime(datetime.fromisoformat(text), imports)
        case "time":
            return call(imports.symbol("datetime", "time"), *_time_parts(time.fromisoformat(text)))
        case "duration":
            return _duration(text, imports)
        case "uuid":
            return call(imports.symbol("uuid", "UUID"), literal(text))
        case _:
            return Code(literal(text), ATOM)


def decimal(value: Decimal, imports: Imports) -> Code:
    """Return a Decimal."""
    name = imports.symbol("decimal", "Decimal")
    return call(name, str(int(value)) if value == value.to_integral_value() else literal(str(value)))


def _date_parts(value: date) -> list[str]:
    return [str(value.year), str(value.month), str(value.day)]


def _time_parts(value: time | datetime) -> list[str]:
    rest = [value.second, value.microsecond]
    while rest and rest[-1] == 0:
        rest.pop()
    return [str(n) for n in (value.hour, value.minute, *rest)]


def _datetime(value: datetime, imports: Imports) -> Code:
    value = value.astimezone(UTC)
    zone = f"tzinfo={imports.symbol('datetime', 'UTC')}"
    return call(imports.symbol("datetime", "datetime"), *_date_parts(value), *_time_parts(value), zone)


def _duration(iso: str, imports: Imports) -> Code:
    seconds = int(iso.removeprefix("-").removeprefix("PT").removesuffix("S"))
    unit = next(u for u, size in _UNITS.items() if seconds % size == 0)
    amount = seconds // _UNITS[unit]
    amount = -amount if iso.startswith("-") else amount
    return call(imports.symbol("datetime", "timedelta"), f"{unit}={amount}")
