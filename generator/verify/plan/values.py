"""Values that the planner works with, and their wire form in a plan."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from generator.expr.numbers import quantize
from generator.verify.program.values import wire_datetime, write_offset


class At(msgspec.Struct, frozen=True, order=True):
    """An instant, as its distance from the scenario's start."""

    delta: timedelta


class Day(msgspec.Struct, frozen=True, order=True):
    """A date, as days from today."""

    days: int


class Token(msgspec.Struct, frozen=True):
    """A value that no other scenario has: `number` counts through the plan, `shape` spells it."""

    number: int
    shape: dict[str, Any]

    def symbol(self) -> dict[str, Any]:
        """Return the wire form."""
        return {"$unique": self.number, **self.shape}


class Raw(msgspec.Struct, frozen=True):
    """A JSON value to be sent as it is, of whatever type."""

    json: Any


Value = None | bool | int | float | str | Decimal | At | Day | Token | Raw | date | datetime | time


def wire(value: Value, scale: int | None = None) -> Any:
    """Return the JSON (with symbols) that stands for a value; decimals get `scale` digits."""
    match value:
        case Token():
            return value.symbol()
        case Raw():
            return value.json
        case At():
            return {"$now": write_offset(value.delta)}
        case Day():
            return {"$today": write_offset(timedelta(days=value.days))}
        case Decimal():
            return decimal_text(value, scale)
        case datetime():
            return wire_datetime(value)
        case date() | time():
            return value.isoformat()
        case _:
            return value


def decimal_text(value: Decimal, scale: int | None = None) -> str:
    """Write a decimal without an exponent."""
    if scale is not None and value == (rounded := quantize(value, scale)):
        value = rounded
    return format(value, "f")
