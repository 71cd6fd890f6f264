"""Statements about invoices, built once."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Text, bindparam, cast, insert, select, update

from app.invoice.models import Invoice
from app.runtime import sql
from app.runtime.pagination import Listing

invoices = sql.table_of(Invoice)


def wire(row: FromClause) -> list[ColumnElement[Any]]:
    """Return the columns of a row's JSON, in order."""
    return [
        row.c.id,
        row.c.appointment_id,
        row.c.patient_id,
        cast(row.c.amount, Text).label("amount"),
        sql.moment_text(row.c.created_at).label("created_at"),
        row.c.status,
    ]


_DOCUMENT = sql.document(wire(invoices), invoices)
_DOCUMENTS = select(_DOCUMENT).select_from(invoices)
_ID = invoices.c.id == bindparam("id")
_ROWS = select(invoices)

DOCUMENT = _DOCUMENTS.where(_ID)
INSERT = insert(invoices)
UPDATE = update(invoices).where(invoices.c.id == bindparam("_id"))
LOCK = sql.locking(_ROWS.where(_ID))
LISTING = Listing(
    _DOCUMENTS,
    key=invoices.c.id,
    filters={
        "patient_id": invoices.c.patient_id == bindparam("patient_id_"),
        "status": invoices.c.status == bindparam("status_"),
    },
    sorts={"created_at": invoices.c.created_at, "amount": invoices.c.amount},
)
