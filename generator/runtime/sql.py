"""Pieces of SQL that several statements share."""

from decimal import Decimal
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Numeric,
    ScalarSelect,
    Select,
    Table,
    Text,
    bindparam,
    func,
    literal_column,
    select,
    text,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import DateTime, TypeEngine, Uuid

_QUOTIENT_DIGITS = 10
_GUARD_DIGITS = 40  # so that rounding twice cannot show

NOW = bindparam("now_", type_=DateTime(timezone=True))


def table_of(model: type) -> Table:
    """Return the table that a model is mapped to."""
    return cast("Table", cast("Any", model).__table__)


def one_of_ids(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return `column = ANY(:ids)`: one statement, however many ids there are."""
    return column == func.any(bindparam("ids", type_=ARRAY(Uuid())))


def constant(sql: str, type_: TypeEngine[Any]) -> ColumnElement[Any]:
    """Return an SQL literal that the planner sees as one (partial indexes need that)."""
    return literal_column(sql, type_)


def utc_text(moment: ColumnElement[Any]) -> ColumnElement[str]:
    """Return a timestamp as `2026-01-31T09:30:00.000000Z`."""
    return func.to_char(func.timezone(text("'UTC'"), moment), text('\'YYYY-MM-DD"T"HH24:MI:SS.US"Z"\''))


def decimal_text(number: ColumnElement[Any], scale: int) -> ColumnElement[str]:
    """Return a number rounded half away from zero, with `scale` decimals."""
    return sql_cast(func.round(number, text(str(int(scale)))), Text)


def divided(left: ColumnElement[Any], right: ColumnElement[Any]) -> ColumnElement[Decimal]:
    """Return left / right to ten digits; null when dividing by zero."""
    wide = func.round(sql_cast(left, Numeric), text(str(_GUARD_DIGITS)))
    quotient = wide / func.nullif(sql_cast(right, Numeric), text("0"))
    return func.round(quotient, text(str(_QUOTIENT_DIGITS)))


def document(rows: Select[Any]) -> ScalarSelect[str]:
    """Return the rows' columns as the text of one JSON object."""
    row = rows.subquery("d")
    return select(literal_column("row_to_json(d)::text")).select_from(row).scalar_subquery()


def documents(rows: Select[Any]) -> ScalarSelect[Any]:
    """Return the rows, oldest first, as a JSON array of objects."""
    row: FromClause = rows.subquery("d")
    array: ColumnElement[Any] = literal_column("coalesce(json_agg(d ORDER BY d.id), '[]'::json)")
    return select(array).select_from(row).scalar_subquery()
