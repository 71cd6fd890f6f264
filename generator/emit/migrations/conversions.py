"""Other types for values that are there: by which cast, and what would be lost."""

from __future__ import annotations

import msgspec

from generator.emit.sqltypes import ColumnType

_SQL = {
    "Text": "text",
    "Integer": "integer",
    "Double": "float8",
    "Boolean": "boolean",
    "Date": "date",
    "DateTime": "timestamptz",
    "Time": "time",
    "Uuid": "uuid",
    "JSONB": "jsonb",
}
_TEXTS = frozenset({"String", "Text"})
_NUMBERS = frozenset({"Integer", "Numeric", "Double"})
_SPELLED = _NUMBERS | {"Boolean", "Date", "Time", "Uuid"}


class Conversion(msgspec.Struct, frozen=True):
    """SQL over a column: the value as the new type ("" = PostgreSQL's own way), and back as the old one.

    With `back` the values have to come back as they were.
    """

    there: str = ""
    back: str = ""


def conversion(column: str, old: ColumnType, new: ColumnType) -> Conversion | None:
    """Return how values of `column` (as SQL) become another type; None if there is no way."""
    match old.name, new.name:
        case a, b if a in _TEXTS and b in _TEXTS:
            return Conversion()  # too long a text is refused by PostgreSQL
        case "Numeric", "Numeric":
            return Conversion("", f"CAST({column} AS {sql_type(new)})")
        case a, b if a == b:
            return Conversion()
        case "Integer", "Numeric" | "Double":
            return Conversion()
        case a, b if a in _NUMBERS and b in _NUMBERS:
            there = f"CAST({column} AS {sql_type(new)})"
            return Conversion(there, f"CAST({there} AS {sql_type(old)})")
        case a, b if a in _SPELLED and b in _TEXTS:
            return Conversion(f"CAST({column} AS text)")
        case a, b if a in _TEXTS and b in _SPELLED:
            there = f"CAST({column} AS {sql_type(new)})"
            return Conversion(there, f"CAST({there} AS text)")
        case "Date", "DateTime":
            return Conversion(f"timezone('UTC', CAST({column} AS timestamp))")
        case "DateTime", "Date":
            there = f"CAST(timezone('UTC', {column}) AS date)"
            return Conversion(there, f"timezone('UTC', CAST({there} AS timestamp))")
        case _:
            return None


def sql_type(type_: ColumnType) -> str:
    """Return a type as PostgreSQL calls it."""
    match type_.name:
        case "String":
            return f"varchar({type_.args[0]})"
        case "Numeric":
            return f"numeric({type_.args[0]}, {type_.args[1]})"
        case name:
            return _SQL[name]
