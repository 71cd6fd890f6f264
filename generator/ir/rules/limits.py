"""Bounds, lengths and patterns: canonical forms, and whether they fit the type and each other."""

from __future__ import annotations

import re
import warnings
from decimal import Decimal
from typing import Any

from generator.core import formats
from generator.core.diagnostics import Diagnostics
from generator.expr import syntax
from generator.expr.literals import decimal_text
from generator.expr.model import Literal, Type
from generator.expr.scope import NOTHING, Schema
from generator.expr.typing import resolve
from generator.ir.model import Limits
from generator.spec.model import LimitSpec

_NUMBERS = ("int", "decimal", "float")
_ORDERED = (*_NUMBERS, "date", "datetime", "time")
_LONGEST = {"string": 20_000, "text": 1_000_000}
_SPECIAL = re.compile(r"\(\?(?!:)|\\[1-9AZzbBGkKpPXRQEuUxN]|[*+?}]\+|\[\[:|&&|~~|--")


def lower_limits(specs: tuple[LimitSpec, ...], type_: Type, schema: Schema, found: Diagnostics) -> Limits:
    """Return the bounds of a value of this type, text lengths always filled in."""
    values: dict[str, Any] = {}
    for spec in specs:
        value = _value(spec, type_, schema, found)
        if value is None:
            continue
        if spec.kind in values:
            found.error("E319", f"{_LABELS[spec.kind]} is given twice", spec.span)
        values[spec.kind] = value
        _refuse_contradiction(spec, values, type_, found)
    if type_.name == "string":
        values.setdefault("max_length", max(formats.STRING_MAX_LENGTH, values.get("min_length", 0)))
    elif type_.name == "text":
        values.setdefault("max_length", max(formats.TEXT_MAX_LENGTH, values.get("min_length", 0)))
    return Limits(**values)


_LABELS = {
    "gt": "the bound >",
    "ge": "the bound >=",
    "lt": "the bound <",
    "le": "the bound <=",
    "min_length": "the least length",
    "max_length": "the greatest length",
    "pattern": "the pattern",
}


def _value(spec: LimitSpec, type_: Type, schema: Schema, found: Diagnostics) -> str | int | None:
    match spec.kind:
        case "min_length" | "max_length":
            return _length(spec, type_, found)
        case "pattern":
            return _pattern(spec, type_, found)
        case _:
            return _bound(spec, type_, schema, found)


def _length(spec: LimitSpec, type_: Type, found: Diagnostics) -> int | None:
    if type_.name not in _LONGEST:
        found.error(
            "E317", f"a length does not apply to {type_.name}", spec.span, "only string and text have one"
        )
        return None
    text = spec.value.text if isinstance(spec.value, syntax.Number) else ""
    most = _LONGEST[type_.name]
    if not text.isdigit() or int(text) > most or (spec.kind == "max_length" and int(text) == 0):
        found.error("E318", f"a length of {type_.name} must be a whole number up to {most}", spec.span)
        return None
    return int(text)


def _pattern(spec: LimitSpec, type_: Type, found: Diagnostics) -> str | None:
    if type_.name not in _LONGEST or isinstance(spec.value, syntax.Number):
        found.error(
            "E317", f"a pattern does not apply to {type_.name}", spec.span, "only string and text have one"
        )
        return None
    pattern = spec.value.value
    hint = "use only what every engine reads alike: classes, groups, | * + ? {n,m} ^ $"
    if special := _SPECIAL.search(pattern):
        found.error("E320", f"the pattern holds `{special.group()}`", spec.value.span, hint)
        return None
    if problem := _problem(pattern):
        found.error("E320", f"the pattern is not valid: {problem}", spec.value.span, hint)
        return None
    return pattern


def _problem(pattern: str) -> str:
    """Return why an engine refuses a pattern or is in doubt about it: Python's, or the one in Pydantic."""
    from pydantic_core import SchemaError, SchemaValidator  # noqa: PLC0415  # only patterns pay for it

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)
            re.compile(pattern)
        SchemaValidator({"type": "str", "pattern": formats.whole(pattern)})
    except SchemaError as error:
        return str(error).strip().rsplit("\n", 1)[-1].strip().removeprefix("error: ")
    except (re.error, FutureWarning, OverflowError, RecursionError) as error:
        return str(error)
    return ""


def _bound(spec: LimitSpec, type_: Type, schema: Schema, found: Diagnostics) -> str | None:
    if type_.name not in _ORDERED:
        found.error(
            "E317",
            f"a bound does not apply to {type_.name}",
            spec.span,
            "only numbers, dates and times have bounds",
        )
        return None
    wanted = Type(type_.name, precision=type_.precision, scale=type_.scale)
    literal = resolve(spec.value, NOTHING, schema, found, expected=wanted)
    if not isinstance(literal, Literal):
        return None
    if type_.name == "int" and not formats.INT_MIN <= int(literal.value or 0) <= formats.INT_MAX:
        found.error("E318", "this is outside of the 32 bits of an int", spec.span)
        return None
    return (
        decimal_text(Decimal(str(literal.value))).removesuffix(".0")
        if type_.name == "decimal"
        else str(literal.value)
    )


def _refuse_contradiction(spec: LimitSpec, values: dict[str, Any], type_: Type, found: Diagnostics) -> None:
    """Refuse bounds that no value can meet, at the one that made it so."""
    if values.get("min_length", 0) > values.get("max_length", 10**9):
        found.error("E319", "the least length is greater than the greatest", spec.span)
        return
    if {"gt", "ge"} <= values.keys() or {"lt", "le"} <= values.keys():
        found.error("E319", "two bounds on the same side", spec.span, "keep the stricter one")
        return
    low, high = values.get("gt", values.get("ge")), values.get("lt", values.get("le"))
    if low is None and high is None:
        return
    if not _satisfiable(low, high, strict=("gt" in values) + ("lt" in values), type_=type_):
        found.error("E319", "no value can be within these bounds", spec.span)


def _satisfiable(low: Any, high: Any, *, strict: int, type_: Type) -> bool:
    if type_.name not in _NUMBERS:
        return low is None or high is None or low < high or (low == high and not strict)
    step = Decimal(1).scaleb(-type_.scale) if type_.name in ("int", "decimal") else Decimal(0)
    widest = Decimal(10) ** (type_.precision - type_.scale) - step if type_.name == "decimal" else None
    bottom, top = _number(low), _number(high)
    if widest is not None:
        bottom = max(bottom, -widest) if bottom is not None else -widest
        top = min(top, widest) if top is not None else widest
    if bottom is None or top is None:
        return True
    return top - bottom >= step * strict and (not strict or top > bottom)


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
