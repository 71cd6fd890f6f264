"""Spellings of times and of values that are unique within a run."""

from __future__ import annotations

import re
import uuid
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

_OFFSET = re.compile(r"([+-])P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d{1,6}))?S)?)?")


def parse_offset(text: str) -> timedelta:
    """Read `+PT48H`, `-P2D`, `+PT0S`."""
    found = _OFFSET.fullmatch(text)
    if found is None:
        raise ValueError(f"not an offset: {text!r}")
    sign, days, hours, minutes, seconds, fraction = found.groups()
    value = timedelta(
        days=int(days or 0),
        hours=int(hours or 0),
        minutes=int(minutes or 0),
        seconds=int(seconds or 0),
        microseconds=int((fraction or "0").ljust(6, "0")),
    )
    return -value if sign == "-" else value


def write_offset(value: timedelta) -> str:
    """Write a duration so that `parse_offset` reads it."""
    sign = "-" if value < timedelta(0) else "+"
    value = abs(value)
    clock = value - timedelta(days=value.days)
    hours, rest = divmod(clock.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    fraction = f".{clock.microseconds:06d}" if clock.microseconds else ""
    parts = f"{hours}H" if hours else ""
    parts += f"{minutes}M" if minutes else ""
    parts += f"{seconds}{fraction}S" if seconds or fraction or not (parts or value.days) else ""
    days = f"{value.days}D" if value.days else ""
    return f"{sign}P{days}" + (f"T{parts}" if parts else "")


def wire_datetime(value: datetime) -> str:
    """Write a UTC datetime as the application writes it."""
    return value.strftime("%Y-%m-%dT%H:%M:%S.%f") + "Z"


def read_datetime(text: str) -> datetime:
    """Read a datetime in the application's form."""
    return datetime.fromisoformat(text)


def unique_value(symbol: dict[str, Any], base: int, start: datetime) -> Any:
    """Return the value number `symbol["$unique"]` of its kind, counted on from the run's base."""
    number = base + symbol["$unique"]
    match symbol:
        case {"parts": parts}:
            return _spell(parts, number)
        case {"int": [low, high]}:
            return low + number % (high - low + 1)
        case {"decimal": [low, high, scale]}:
            return format(Decimal(low + number % (high - low + 1)).scaleb(-scale), "f")
        case {"float": [first, last, step]}:
            return (first + number % (last - first + 1)) * step
        case {"options": options}:
            return options[number % len(options)]
        case {"clock": [low, high]}:
            return _clock(low + number % (high - low + 1))
        case {"ordinals": [low, high]}:
            return date.fromordinal(low + number % (high - low + 1)).isoformat()
        case {"seconds": [low, high]}:
            # Half an hour apart, for no two scenarios start at the same time.
            return wire_datetime(start + timedelta(seconds=low + number * 1800 % (high - low)))
        case {"days": [low, high]}:
            return _day(start.date(), low + number % (high - low + 1))
        case {"uuid": _}:
            return str(uuid.uuid5(uuid.NAMESPACE_OID, str(number)))
    raise ValueError(f"not a unique value: {symbol}")


def _clock(seconds: int) -> str:
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02d}:{minute:02d}:{second:02d}"


def _day(today: date, days: int) -> str:
    return (today + timedelta(days=days)).isoformat()


def _spell(parts: list[Any], number: int) -> str:
    """Fill the places `[alphabet, count]` with the digits of `number`, the last place first."""
    written: list[str] = []
    for part in reversed(parts):
        if isinstance(part, str):
            written.append(part)
            continue
        alphabet, count = part
        digits = []
        for _ in range(count):
            number, digit = divmod(number, len(alphabet))
            digits.append(alphabet[digit])
        written.append("".join(reversed(digits)))
    return "".join(reversed(written))
