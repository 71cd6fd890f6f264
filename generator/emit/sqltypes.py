"""How an IR type is stored: SQLAlchemy type, Python annotation, server default."""

from __future__ import annotations

import msgspec

from generator.core.formats import (
    EMAIL_MAX_LENGTH,
    STRING_MAX_LENGTH,
    TEXT_MAX_LENGTH,
    URL_MAX_LENGTH,
)
from generator.expr.model import CallExpr, Expr, Literal, Type
from generator.ir.model import Entity, Enum, Field, Limits, Managed

ENUM_LENGTH = 64


class ColumnType(msgspec.Struct, frozen=True):
    """A SQLAlchemy type by class name; `C` collation makes text compare by code point."""

    name: str
    args: tuple[int, ...] = ()
    options: tuple[tuple[str, str | bool], ...] = ()
    dialect: bool = False  # from sqlalchemy.dialects.postgresql


class Annotation(msgspec.Struct, frozen=True):
    """A Python type: a builtin when `module` is empty."""

    module: str
    name: str


class ServerDefault(msgspec.Struct, frozen=True):
    """A column default: `value` is a string to be quoted, or SQL text when `is_sql`."""

    value: str
    is_sql: bool


_COLLATED = (("collation", "C"),)
UUID_TYPE = ColumnType("Uuid")
INTEGER_TYPE = ColumnType("Integer")

_FIXED = {
    "text": ColumnType("Text", (), _COLLATED),
    "int": INTEGER_TYPE,
    "float": ColumnType("Double"),
    "bool": ColumnType("Boolean"),
    "date": ColumnType("Date"),
    "datetime": ColumnType("DateTime", (), (("timezone", True),)),
    "time": ColumnType("Time"),
    "uuid": UUID_TYPE,
    "row": UUID_TYPE,
    "json": ColumnType("JSONB", (), (("none_as_null", True),), dialect=True),
}

_ANNOTATIONS = {
    "string": Annotation("", "str"),
    "text": Annotation("", "str"),
    "email": Annotation("", "str"),
    "url": Annotation("", "str"),
    "enum": Annotation("", "str"),
    "int": Annotation("", "int"),
    "float": Annotation("", "float"),
    "bool": Annotation("", "bool"),
    "decimal": Annotation("decimal", "Decimal"),
    "date": Annotation("datetime", "date"),
    "datetime": Annotation("datetime", "datetime"),
    "time": Annotation("datetime", "time"),
    "uuid": Annotation("uuid", "UUID"),
    "row": Annotation("uuid", "UUID"),
    "json": Annotation("pydantic", "JsonValue"),
}


def annotation(type_: Type) -> Annotation:
    """Return the Python type of a stored value; an enum is text, since guards narrow a Literal too far."""
    return _ANNOTATIONS[type_.name]


_LONGEST = {"text": TEXT_MAX_LENGTH, "email": EMAIL_MAX_LENGTH, "url": URL_MAX_LENGTH}


def text_length(type_: Type, limits: Limits) -> int:
    """Return the most characters that a text-like value has."""
    if limits.max_length is not None:
        return limits.max_length
    return _LONGEST.get(type_.name, STRING_MAX_LENGTH)


def max_length(field: Field) -> int:
    """Return the most characters that a text-like field holds."""
    return text_length(field.type, field.limits)


def column_type(field: Field, enums: dict[str, Enum]) -> ColumnType:
    """Return the type of a stored field's column."""
    match field.type.name:
        case "string" | "email" | "url":
            return ColumnType("String", (max_length(field),), _COLLATED)
        case "enum":
            longest = max(len(v) for v in enums[field.type.of].values)
            return ColumnType("String", (max(ENUM_LENGTH, longest),), _COLLATED)
        case "decimal":
            return ColumnType("Numeric", (field.type.precision, field.type.scale))
        case name if name in _FIXED:
            return _FIXED[name]
        case name:
            raise ValueError(f"{field.id}: a {name} cannot be stored")


def initial_value(entity: Entity, field: Field) -> Expr | None:
    """Return what a new row gets when nobody sets the field, if the spec says so."""
    if field.managed is Managed.STATE:
        machine = next(m for m in entity.machines if m.field == field.name)
        return Literal(machine.initial, field.type)
    return field.default


def server_default(entity: Entity, field: Field) -> ServerDefault | None:
    """Return the column's default: literals and now() only, so that model and migration can't differ."""
    match initial_value(entity, field):
        case Literal(value=value) if (
            value is not None and field.type.name != "json" and "'" not in str(value)
        ):
            return _literal_default(value, field.type)  # (Alembic cannot compare a default with a quote)
        case CallExpr(name="now", args=()):
            return ServerDefault("now()", is_sql=True)
        case _:
            return None


def _literal_default(value: bool | float | str, type_: Type) -> ServerDefault:  # noqa: FBT001
    if isinstance(value, bool):
        return ServerDefault(str(value).lower(), is_sql=True)
    if type_.name in ("int", "float", "decimal"):
        return ServerDefault(str(value), is_sql=True)
    return ServerDefault(str(value), is_sql=False)
