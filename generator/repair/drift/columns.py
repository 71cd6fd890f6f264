"""Columns that someone has changed, and how they come back."""

from __future__ import annotations

from collections.abc import Iterator

from generator.emit.sqltext import quote_name, quote_text
from generator.repair.drift import needs
from generator.repair.drift.catalog import Column
from generator.repair.drift.model import Ask, Drift

_WITHOUT = "{rows} rows have no value for it"


def declared(name: str, column: Column) -> str:
    """Return a column as CREATE TABLE and ADD COLUMN write it."""
    words = [quote_name(name), _typed(column)]
    words += [f"DEFAULT {column.default}"] if column.default is not None else []
    return " ".join([*words, *(["NOT NULL"] if column.not_null else [])])


def _typed(column: Column) -> str:
    return f"{column.type} COLLATE {quote_name(column.collation)}" if column.collation else column.type


def added(table: str, name: str) -> Drift:
    """Take a column away that holds nothing."""
    ask = Ask(_count(table, f"{quote_name(name)} IS NOT NULL"), "it has a value in {rows} rows")
    sql = f"ALTER TABLE {quote_name(table)} DROP COLUMN {quote_name(name)}"
    return _drift("column added", table, name, "was added", sql, needs.column(table, name), ask)


def missing(table: str, name: str, column: Column) -> Drift:
    """Make a column again; rows that would need a value have none."""
    must = column.not_null and column.default is None
    asks = (Ask(_count(table, "true"), _WITHOUT),) if must else ()
    sql = f"ALTER TABLE {quote_name(table)} ADD COLUMN {declared(name, column)}"
    needed = needs.lacking(needs.column(table, name))
    return _drift("column missing", table, name, "is missing", "" if column.generated else sql, needed, *asks)


def altered(table: str, name: str, wanted: Column, there: Column) -> Iterator[Drift]:
    """Yield each way in which a column is another."""
    if wanted.generated != there.generated:
        yield _drift("column altered", table, name, "is computed or counted in another way", "", "")
        return
    if (wanted.type, wanted.collation) != (there.type, there.collation):
        yield _type(table, name, wanted, there)
    if wanted.default != there.default and not wanted.generated:
        yield _default(table, name, wanted, there)
    if wanted.not_null != there.not_null:
        yield _null(table, name, wanted)


def _type(table: str, name: str, wanted: Column, there: Column) -> Drift:
    column, new, old = quote_name(name), wanted.type, there.type
    sql = f"{_alter(table, name)} TYPE {_typed(wanted)} USING CAST({column} AS {new})"
    changed = f"CAST(CAST({column} AS {new}) AS {old}) IS DISTINCT FROM {column}"
    asks = (Ask(_count(table, changed), "a value does not fit"),) if new != old else ()
    now, then = (_typed(there), _typed(wanted))
    is_other = "format_type(a.atttypid, a.atttypmod) || ' ' || " + needs.collation_of()
    needed = needs.column(table, name, differs=is_other, wanted=quote_text(f"{new} {wanted.collation}"))
    return _drift("type", table, name, f"its type is {now}, not {then}", sql, needed, *asks)


def _default(table: str, name: str, wanted: Column, there: Column) -> Drift:
    action = "DROP DEFAULT" if wanted.default is None else f"SET DEFAULT {wanted.default}"
    about = f"its default is {there.default or 'nothing'}, not {wanted.default or 'nothing'}"
    as_text = "NULL" if wanted.default is None else quote_text(wanted.default)
    needed = needs.column(table, name, differs=needs.default_of(), wanted=as_text)
    return _drift("default", table, name, about, f"{_alter(table, name)} {action}", needed)


def _null(table: str, name: str, wanted: Column) -> Drift:
    asks = (Ask(_count(table, f"{quote_name(name)} IS NULL"), _WITHOUT),) if wanted.not_null else ()
    action = "SET NOT NULL" if wanted.not_null else "DROP NOT NULL"
    needed = needs.column(table, name, differs="a.attnotnull", wanted=str(wanted.not_null).lower())
    about = "allows NULL" if wanted.not_null else "refuses NULL"
    return _drift("null", table, name, about, f"{_alter(table, name)} {action}", needed, *asks)


def _drift(what: str, table: str, name: str, about: str, sql: str, needed: str, *asks: Ask) -> Drift:
    said = f"{table}.{name}: {about}" if about.startswith("its ") else f"{table}.{name} {about}"
    return Drift(what, table, (name,), said, sql, needed, asks)


def _alter(table: str, name: str) -> str:
    return f"ALTER TABLE {quote_name(table)} ALTER COLUMN {quote_name(name)}"


def _count(table: str, condition: str) -> str:
    return f"SELECT count(*) FROM {quote_name(table)} WHERE {condition}"  # noqa: S608 - quoted
