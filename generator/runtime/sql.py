"""Pieces of SQL that many statements are made of."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    Delete,
    Dialect,
    Executable,
    FromClause,
    Numeric,
    ScalarSelect,
    Select,
    Table,
    Text,
    TextClause,
    bindparam,
    case,
    delete,
    exists,
    func,
    literal_column,
    null,
    select,
    text,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY, Insert, aggregate_order_by, insert
from sqlalchemy.sql.compiler import IdentifierPreparer
from sqlalchemy.types import (
    Boolean,
    Date,
    DateTime,
    Double,
    Integer,
    Interval,
    NullType,
    String,
    Time,
    TypeEngine,
    Uuid,
)

Const = bool | int | float | str | Decimal | date | time | timedelta | UUID | None
Element = ColumnElement[Any]

NOW: Element = bindparam("_now", type_=DateTime(timezone=True))
BELOW = "below_"  # begins the names of what is deleted with a row
_UTC: Element = literal_column("'UTC'")
_MOMENT: Element = literal_column('\'YYYY-MM-DD"T"HH24:MI:SS.US"Z"\'')
_TIME: Element = literal_column("'HH24:MI:SS.US'")
_QUOTIENT_DIGITS: Element = literal_column("10")
_GUARD_DIGITS: Element = literal_column("40")  # so that rounding twice can't show


def table_of(model: type) -> Table:
    """Return the table that a model is mapped to."""
    return cast("Table", cast("Any", model).__table__)


def _preparer() -> IdentifierPreparer:
    dialect: Dialect = cast("Any", postgresql).dialect()
    return dialect.identifier_preparer


# --- values -----------------------------------------------------------------------


def const(value: Const) -> Element:
    """Return a constant as SQL text: unlike a parameter, the planner can match it with partial indexes."""
    return literal_column(*_constant(value))


def _constant(value: Const) -> tuple[str, TypeEngine[Any]]:
    match value:
        case None:
            return "NULL", NullType()
        case bool():
            return str(value).upper(), Boolean()
        case int():
            return str(value), Integer()
        case float():
            return f"FLOAT8 {_quoted(repr(value))}", Double()
        case Decimal():
            text = format(value, "f")
            return text if "." in text else f"{text}.0", Numeric()  # without a point it would be an integer
        case datetime():
            return f"TIMESTAMPTZ {_quoted(value.isoformat())}", DateTime(timezone=True)
        case date():
            return f"DATE {_quoted(value.isoformat())}", Date()
        case time():
            return f"TIME {_quoted(value.isoformat())}", Time()
        case timedelta():
            return f"INTERVAL {_quoted(f'{value.total_seconds():f} seconds')}", Interval()
        case UUID():
            return f"UUID {_quoted(str(value))}", Uuid()
        case str():
            return _quoted(value), String()


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def divided(left: Element, right: Element) -> Element:
    """Return left / right, rounded half away from zero to ten digits; null when dividing by zero."""
    wide = func.round(sql_cast(left, Numeric), _GUARD_DIGITS)
    quotient = wide.op("/")(func.nullif(sql_cast(right, Numeric), literal_column("0")))
    return func.round(quotient, _QUOTIENT_DIGITS)


# --- rows -------------------------------------------------------------------------


def value_of(value: Element, rows: Sequence[FromClause], *where: ColumnElement[bool]) -> ScalarSelect[Any]:
    """Return a value over `rows` as a subquery; everything else that it names is the outer query's."""
    return select(value).select_from(*rows).where(*where).correlate_except(*rows).scalar_subquery()


def found(rows: Sequence[FromClause], *where: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return whether there are such rows."""
    return exists(select(literal_column("1")).select_from(*rows).where(*where).correlate_except(*rows))


def any_of(condition: ColumnElement[bool]) -> Element:
    """Return Kleene's any: true if one is true, else null if one is null, else false."""
    unknown = (func.bool_or(condition.is_(None)), null())
    return case((func.bool_or(condition), literal_column("TRUE")), unknown, else_=literal_column("FALSE"))


def all_of(condition: ColumnElement[bool]) -> Element:
    """Return Kleene's all: false if one is false, else null if one is null, else true."""
    unknown = (func.bool_or(condition.is_(None)), null())
    return case((func.bool_or(condition.is_(False)), literal_column("FALSE")), unknown, else_=const(True))


def is_one_of_ids(column: Element) -> ColumnElement[bool]:
    """Return `column = ANY(:ids)`: one statement, however many ids there are."""
    return column == func.any(bindparam("ids", type_=ARRAY(Uuid())))


# --- the wire form ----------------------------------------------------------------


def moment_text(moment: Element) -> Element:
    """Return a timestamp as `2026-01-31T09:30:00.000000Z`."""
    return func.to_char(func.timezone(_UTC, moment), _MOMENT)


def time_text(moment: Element) -> Element:
    """Return a time as `09:30:00`, with six digits more if it has a fraction."""
    exact = func.to_char(sql_cast(moment, Interval), _TIME)
    return func.replace(exact, literal_column("'.000000'"), literal_column("''"))


def decimal_text(number: Element, scale: int) -> Element:
    """Return a number rounded half away from zero, with `scale` decimals."""
    return sql_cast(func.round(sql_cast(number, Numeric), const(scale)), Text)


def document(columns: Sequence[Element], row: FromClause | None = None) -> Element:
    """Return columns computed from `row` as the text of one JSON object."""
    fields = select(*columns).correlate(row).subquery("_row")
    whole: Element = literal_column("row_to_json(_row)::text", Text())
    return select(whole).select_from(fields).correlate_except(fields).scalar_subquery().label("document")


class _Columns:
    """Columns by name, spelled as those of a table are."""

    def __init__(self, columns: Mapping[str, Element]) -> None:
        self.__columns = columns

    def __getitem__(self, key: str) -> Element:
        return self.__columns[key]

    def __getattr__(self, key: str) -> Element:
        return self.__columns[key]


def returned(table: Table) -> FromClause:
    """Return the columns of a row that RETURNING speaks of, which no FROM has."""
    quote = _preparer()
    name = quote.format_table(table)
    columns = {c.key: literal_column(f"{name}.{quote.quote(c.name)}", c.type) for c in table.columns}
    return cast("FromClause", SimpleNamespace(c=_Columns(columns)))


def nested(columns: Sequence[Element], rows: FromClause, owned: ColumnElement[bool]) -> Element:
    """Return columns computed from each of the owned rows as a JSON array, oldest first."""
    fields = select(*columns).select_from(rows).where(owned).correlate_except(rows).subquery("_row")
    array: Element = literal_column("coalesce(json_agg(_row ORDER BY _row.id), '[]')")
    return select(array).select_from(fields).correlate_except(fields).scalar_subquery()


def linked_ids(target: Element, owned: ColumnElement[bool], links: FromClause) -> Element:
    """Return the ids of linked rows as a JSON array, in order."""
    array = func.coalesce(func.json_agg(aggregate_order_by(target, target)), literal_column("'[]'"))
    return select(array).select_from(links).where(owned).correlate_except(links).scalar_subquery()


# --- statements -------------------------------------------------------------------


def next_number(counters: Table, scope: Element) -> Executable:
    """Return the statement that counts on within a scope and gives the new number."""
    first = insert(counters).from_select(
        [counters.c.scope_id, counters.c.last_value], select(scope, const(1))
    )
    further = {"last_value": counters.c.last_value + const(1)}
    counted = first.on_conflict_do_update(index_elements=[counters.c.scope_id], set_=further)
    return counted.returning(counters.c.last_value)


def add_links(links: Table, source: str, target: str) -> Insert:
    """Return the statement that links the row `id` with the rows `ids`; links that are there stay."""
    pairs = select(bindparam("id", type_=Uuid()), func.unnest(bindparam("ids", type_=ARRAY(Uuid()))))
    return insert(links).from_select([source, target], pairs).on_conflict_do_nothing()


def delete_whole(rows: Delete, *ways: Sequence[Element]) -> Delete:
    """Return the deletion with that of rows below, each found along columns that refer to the owner.

    All checks of one statement come after it; a cascade's, table by table, when some
    of the rows that refer to each other are still there.
    """
    top = cast("Table", rows.table)
    conditions = [] if rows.whereclause is None else [rows.whereclause]
    for number, way in enumerate(ways):
        ids = select(top.c.id).where(*conditions)
        for key in way[:-1]:
            ids = select(cast("Column[Any]", key).table.c.id).where(key.in_(ids))
        below = delete(cast("Column[Any]", way[-1]).table).where(way[-1].in_(ids))
        rows = rows.add_cte(below.cte(f"{BELOW}{number}"))
    return rows


@cache
def constraints_wait(names: tuple[str, ...], *, until_asked: bool) -> TextClause:
    """Return the statement that puts constraints off; or checks them now, and from now on at once."""
    listed = ", ".join(_preparer().quote(name) for name in names)
    return text(f"SET CONSTRAINTS {listed} {'DEFERRED' if until_asked else 'IMMEDIATE'}")


def lock_table(table: Table) -> TextClause:
    """Return the statement that keeps others from writing a table until the transaction ends."""
    return text(f"LOCK TABLE {_preparer().format_table(table)} IN SHARE ROW EXCLUSIVE MODE")


def locking(rows: Select[Any]) -> Select[Any]:
    """Return the rows locked for change (their ids may still be referred to)."""
    return rows.with_for_update(key_share=True)


def sharing(rows: Select[Any]) -> Select[Any]:
    """Return the rows locked against change."""
    return rows.with_for_update(read=True)
