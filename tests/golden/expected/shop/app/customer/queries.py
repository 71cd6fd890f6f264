"""Statements about customers, built once."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, bindparam, insert, select

from app.customer.models import Customer
from app.runtime import sql

customers = sql.table_of(Customer)


def wire(row: FromClause) -> list[ColumnElement[Any]]:
    """Return the columns of a row's JSON, in order."""
    return [
        row.c.id,
        row.c.email,
        row.c.full_name,
        sql.moment_text(row.c.created_at).label("created_at"),
    ]


_DOCUMENT = sql.document(wire(customers), customers)
_DOCUMENTS = select(_DOCUMENT).select_from(customers)
_ID = customers.c.id == bindparam("id")
_RETURNED = sql.document(wire(sql.returned(customers)))

DOCUMENT = _DOCUMENTS.where(_ID)
EXISTS = select(customers.c.id).where(_ID)
CREATE = insert(customers).returning(_RETURNED)
