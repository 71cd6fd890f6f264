"""Python types of JSON members: with their limits in requests, plain in responses."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import msgspec

from generator.core.formats import INT_MAX, INT_MIN, whole
from generator.emit.python import Imports, literal
from generator.emit.schemas.storable import is_storable
from generator.emit.sqltypes import text_length
from generator.expr.model import Expr, Literal, Type
from generator.ir.model import Limits

WIRE = "app.runtime.wire"
_SHARED = {
    "int": "Integer",
    "float": "Float",
    "bool": "Boolean",
    "uuid": "Id",
    "row": "Id",
    "date": "Date",
    "datetime": "Moment",
    "time": "Time",
    "json": "Json",
}
_MARKERS = {"decimal": ("PLAIN_NUMBER",), "date": ("ISO_DATE",), "time": ("ISO_TIME",)}
_PATTERNS = {"email": "EMAIL", "url": "URL"}


class Value(msgspec.Struct, frozen=True):
    """What a value must be: an input of a flow, or a field that clients send."""

    name: str
    type: Type
    limits: Limits


class TypeWriter:
    """Prints the types of one schemas module."""

    def __init__(self, imports: Imports) -> None:
        self._imports = imports

    def wire(self, name: str) -> str:
        """Return a name of the runtime's wire module."""
        return self._imports.symbol(WIRE, name)

    def plain(self, type_: Type) -> str:
        """Return the type of a value in a response."""
        return self._bare(type_) + (" | None" if type_.nullable else "")

    def _bare(self, type_: Type) -> str:
        match type_.name:
            case "enum":
                return self._imports.symbol("app.enums", type_.of)
            case "string" | "text" | "email" | "url":
                return self._imports.builtin("str")
            case "int" | "float" | "bool":
                return self._imports.builtin(type_.name)
            case "decimal":
                return self._imports.symbol("decimal", "Decimal")
            case "date" | "datetime" | "time":
                return f"{self._datetime()}.{type_.name}"
            case "uuid" | "row":
                return self._imports.symbol("uuid", "UUID")
            case "json":
                return self._imports.symbol("pydantic", "JsonValue")
            case _:
                raise ValueError(f"a {type_.name} has no JSON form")

    def _datetime(self) -> str:
        return self._imports.module("datetime", "dt")

    def is_shared(self, value: Value) -> bool:
        """Whether a type of the runtime says all there is to say."""
        return value.type.name == "enum" or (value.limits == Limits() and value.type.name in _SHARED)

    def checked(self, value: Value) -> str:
        """Return the type of a value in a request, without null."""
        if value.type.name == "enum":
            return self._bare(value.type)
        return self.wire(_SHARED[value.type.name]) if self.is_shared(value) else self._annotated(value)

    def _annotated(self, value: Value) -> str:
        arguments = ", ".join(self._bounds(value))
        field = f"{self._imports.symbol('pydantic', 'Field')}({arguments})"
        base, markers = self._base(value)
        parts = [base, field, *(self.wire(m) for m in markers)]
        return f"{self._imports.symbol('typing', 'Annotated')}[{', '.join(parts)}]"

    def _base(self, value: Value) -> tuple[str, tuple[str, ...]]:
        type_, pattern = value.type, value.limits.pattern
        if type_.name == "datetime":
            return self._imports.symbol("pydantic", "AwareDatetime"), ("ISO_MOMENT", "IN_UTC")
        if type_.name in ("string", "text"):
            return self._bare(type_), () if pattern and is_storable(pattern) else ("STORABLE",)
        return self._bare(type_), _MARKERS.get(type_.name, ())

    def _bounds(self, value: Value) -> list[str]:
        match value.type.name:
            case "string" | "text" | "email" | "url":
                return self._text_bounds(value)
            case "int":
                return ["strict=True", *self._range(value, literal(INT_MIN), literal(INT_MAX))]
            case "float":
                return ["strict=True", "allow_inf_nan=False", *self._range(value)]
            case "decimal":
                digits = [f"max_digits={value.type.precision}", f"decimal_places={value.type.scale}"]
                return [*self._range(value), *digits]  # decimals are finite by default
            case _:
                return self._range(value)

    def _text_bounds(self, value: Value) -> list[str]:
        limits, parts = value.limits, []
        if limits.min_length:
            parts.append(f"min_length={limits.min_length}")
        parts.append(f"max_length={text_length(value.type, limits)}")
        if limits.pattern is not None:
            parts.append(f"pattern={literal(whole(limits.pattern))}")
        elif value.type.name in _PATTERNS:
            parts.append(f"pattern={self.wire(_PATTERNS[value.type.name])}")
        return parts

    def _range(self, value: Value, least: str = "", most: str = "") -> list[str]:
        limits, type_ = value.limits, value.type
        bounds = [("gt", limits.gt), ("ge", limits.ge), ("lt", limits.lt), ("le", limits.le)]
        parts = [f"{kind}={self.constant(bound, type_)}" for kind, bound in bounds if bound is not None]
        if least and limits.gt is None and limits.ge is None:
            parts.append(f"ge={least}")
        if most and limits.lt is None and limits.le is None:
            parts.append(f"le={most}")
        return parts

    def constant(self, value: bool | float | str, type_: Type) -> str:  # noqa: FBT001
        """Return the Python expression of a constant of a type, from its canonical form."""
        match type_.name:
            case "int" if not isinstance(value, bool):
                return literal(int(value))
            case "float" if not isinstance(value, bool):
                return literal(float(value))
            case "decimal":
                return f"{self._imports.symbol('decimal', 'Decimal')}({literal(str(value))})"
            case "uuid" | "row":
                return f"{self._imports.symbol('uuid', 'UUID')}({literal(str(value))})"
            case "date" | "datetime" | "time":
                return self._moment(str(value), type_.name)
            case _:
                return literal(value)

    def _moment(self, value: str, kind: str) -> str:
        dt = self._datetime()
        match kind:
            case "date":
                day = date.fromisoformat(value)
                return f"{dt}.date({day.year}, {day.month}, {day.day})"
            case "time":
                return f"{dt}.time({_arguments(time.fromisoformat(value))})"
            case _:
                moment = datetime.fromisoformat(value).astimezone(UTC)
                at = f"{moment.year}, {moment.month}, {moment.day}, {_arguments(moment.time())}"
                return f"{dt}.datetime({at}, tzinfo={dt}.UTC)"

    def default(self, expr: Expr | None, type_: Type) -> str | None:
        """Return the constant of a member that is not sent; None when only the server knows it."""
        match expr:
            case Literal(value=None):
                return "None"
            case Literal(value=value) if value is not None:
                return self.constant(value, type_)
            case _:
                return None


def _arguments(value: time) -> str:
    parts = [value.hour, value.minute, value.second, value.microsecond]
    while len(parts) > 2 and not parts[-1]:
        parts.pop()
    return ", ".join(str(p) for p in parts)
