"""Values: JSON of the wire to Python and back, and what a field can hold."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from generator.core import formats
from generator.expr.evaluate import compare
from generator.expr.literals import datetime_text
from generator.expr.model import Type
from generator.expr.numbers import magnitude, quantize
from generator.ir.index import Index
from generator.ir.model import Field, Input, Limits
from generator.verify.interpreter.problems import out_of_range

_UUID = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_TEXTS = frozenset({"string", "text", "email", "url"})
_LONGEST = {
    "string": formats.STRING_MAX_LENGTH,
    "text": formats.TEXT_MAX_LENGTH,
    "email": formats.EMAIL_MAX_LENGTH,
    "url": formats.URL_MAX_LENGTH,
}
_FORMS = {"email": formats.EMAIL_PATTERN, "url": formats.URL_PATTERN}


class Refused(ValueError):  # noqa: N818 - it says what is wrong with a value, as pydantic's messages do
    """A value that the type or its limits don't allow."""


# --- from the wire ---------------------------------------------------------------


def read_json(value: Any, spec: Field | Input, index: Index) -> Any:
    """Return the Python value of a JSON value that is not null; raises Refused."""
    kind = spec.type.name
    if kind == "enum":
        return _member(value, index.enums[spec.type.of].values)
    result = _READERS[kind](value)
    if kind in _TEXTS:
        _check_text(result, kind, spec.limits)
    elif kind == "decimal":
        _check_digits(result, spec.type)
    _check_bounds(result, kind, spec.limits)
    return result


def _member(value: Any, values: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in values:
        raise Refused(f"must be one of {', '.join(values)}")
    return value


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Refused("must be true or false")
    return value


def _integer(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refused("must be a whole number")
    if not formats.INT_MIN <= value <= formats.INT_MAX:
        raise Refused("must fit in 32 bits")
    return value


def _float(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refused("must be a number")
    try:
        number = float(value)
    except OverflowError:
        raise Refused("must be finite") from None
    if not math.isfinite(number):
        raise Refused("must be finite")
    return number


def _decimal(value: Any) -> Decimal:
    if isinstance(value, str) and re.fullmatch(formats.DECIMAL_PATTERN, value):
        return Decimal(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refused("must be a decimal number")
    if not math.isfinite(value):
        raise Refused("must be finite")
    return Decimal(str(value))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Refused("must be text")
    if formats.FORBIDDEN_CHARACTER in value or not (value.isascii() or _is_unicode(value)):
        raise Refused("must not contain NUL or unpaired surrogates")
    return value


def _is_unicode(text: str) -> bool:
    """Whether it has no unpaired surrogate."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _written(pattern: str, parse: Callable[[str], Any], what: str) -> Callable[[Any], Any]:
    form = re.compile(pattern)

    def read(value: Any) -> Any:
        if not isinstance(value, str) or not form.fullmatch(value):
            raise Refused(f"must be {what}")
        try:
            return parse(value)
        except (ValueError, OverflowError):
            raise Refused(f"must be {what}") from None

    return read


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.upper()).astimezone(UTC)


def _json(value: Any) -> Any:
    match value:
        case None:
            raise Refused("must not be null")
        case str():
            _text(value)
        case float() if not math.isfinite(value):
            raise Refused("must be finite")
        case list():
            for item in value:
                _json_inside(item)
        case dict():
            for key, item in value.items():
                _text(key)
                _json_inside(item)
        case _:
            pass
    return value


def _json_inside(value: Any) -> None:
    if value is not None:
        _json(value)


read_id = _written(_UUID, UUID, "a UUID")

_READERS: dict[str, Callable[[Any], Any]] = {
    "bool": _boolean,
    "int": _integer,
    "float": _float,
    "decimal": _decimal,
    **dict.fromkeys(_TEXTS, _text),
    "uuid": read_id,
    "row": read_id,
    "date": _written(formats.DATE_PATTERN, date.fromisoformat, "a date"),
    "time": _written(formats.TIME_PATTERN, time.fromisoformat, "a time"),
    "datetime": _written(formats.DATETIME_PATTERN, _moment, "a datetime with its offset"),
    "json": _json,
}


def _check_text(text: str, kind: str, limits: Limits) -> None:
    problem = _text_problem(text, kind, limits)
    if problem:
        raise Refused(problem)
    if kind in _FORMS and not re.fullmatch(_FORMS[kind], text):
        raise Refused(f"must be a valid {kind}")
    if limits.pattern is not None and not re.fullmatch(formats.whole(limits.pattern), text):
        raise Refused(f"must match {limits.pattern}")


def _text_problem(text: str, kind: str, limits: Limits) -> str:
    longest = limits.max_length if limits.max_length is not None else _LONGEST[kind]
    if len(text) > longest:
        return f"must be at most {longest} characters long"
    if limits.min_length is not None and len(text) < limits.min_length:
        return f"must be at least {limits.min_length} characters long"
    return ""


def _check_digits(value: Decimal, type_: Type) -> None:
    if (
        value.copy_abs() >= Decimal(10) ** (type_.precision - type_.scale)
        or quantize(value, type_.scale) != value
    ):
        raise Refused(f"must have at most {type_.precision} digits, {type_.scale} of them decimals")


def _check_bounds(value: Any, kind: str, limits: Limits) -> None:
    problem = bound_problem(value, kind, limits)
    if problem:
        raise Refused(problem)


_BOUND_READERS: dict[str, Callable[[str], Any]] = {
    "int": Decimal,
    "decimal": Decimal,
    "float": float,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
    "time": time.fromisoformat,
}


def bound_problem(value: Any, kind: str, limits: Limits) -> str:
    """Return what is wrong with a value beside its bounds, or nothing."""
    bounds = ((">", limits.gt), (">=", limits.ge), ("<", limits.lt), ("<=", limits.le))
    for op, text in bounds:
        if text is not None and not compare(op, value, _BOUND_READERS[kind](text)):
            return f"must be {op} {text}"
    return ""


# --- storing ---------------------------------------------------------------------


def stored_value(value: Any, type_: Type) -> Any:
    """Return a computed value as its field keeps it: rounded to the scale, ints in floats and so on."""
    if value is None:
        return None
    match type_.name:
        case "decimal":
            return quantize(value, type_.scale)
        case "float":
            return float(value)
        case _:
            return value


def check_stored(value: Any, field: Field) -> None:
    """Refuse a computed value that leaves the field's bounds or type (its pattern is not looked at)."""
    problem = _type_problem(value, field)
    if problem:
        raise out_of_range(field, problem, declared=field.type.name == "text" and value is not None)
    if value is None:
        return
    problem = bound_problem(value, field.type.name, field.limits)
    if not problem and field.type.name in _TEXTS:
        problem = _text_problem(value, field.type.name, field.limits)
    if problem:
        raise out_of_range(field, problem, declared=True)


def _type_problem(value: Any, field: Field) -> str:
    type_ = field.type
    if value is None:
        return "" if type_.nullable else "must not be null"
    match type_.name:
        case "int" if not formats.INT_MIN <= value <= formats.INT_MAX:
            return "must fit in 32 bits"
        case "decimal" if magnitude(value) >= Decimal(10) ** (type_.precision - type_.scale):
            return f"must have at most {type_.precision} digits"
        case "float" if not math.isfinite(value):
            return "must be finite"
        case "string" | "email" | "url" if len(value) > (field.limits.max_length or _LONGEST[type_.name]):
            return f"must be at most {field.limits.max_length or _LONGEST[type_.name]} characters long"
    return ""


# --- to the wire -----------------------------------------------------------------


def to_json(value: Any, type_: Type) -> Any:
    """Return the JSON of a value."""
    match value:
        case None | bool():
            return value
        case Decimal() | int() if type_.name == "decimal":
            return format(quantize(value, type_.scale), "f")
        case Decimal():
            return int(value) if type_.name == "int" else float(value)
        case datetime():
            return datetime_text(value)
        case date() | time():
            return value.isoformat()
        case UUID():
            return str(value)
        case int() if type_.name == "float":
            return float(value)
        case _:
            return value
