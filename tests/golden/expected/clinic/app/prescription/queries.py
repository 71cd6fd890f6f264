"""Statements about prescriptions, built once."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, bindparam, delete, insert, select

from app.prescription.models import Prescription
from app.runtime import sql
from app.runtime.pagination import Listing

prescriptions = sql.table_of(Prescription)


def wire(row: FromClause) -> list[ColumnElement[Any]]:
    """Return the columns of a row's JSON, in order."""
    return [
        row.c.id,
        row.c.appointment_id,
        row.c.medicine,
        row.c.dose,
        row.c.weeks,
        sql.moment_text(row.c.issued_at).label("issued_at"),
    ]


_DOCUMENT = sql.document(wire(prescriptions), prescriptions)
_DOCUMENTS = select(_DOCUMENT).select_from(prescriptions)
_ID = prescriptions.c.id == bindparam("id")
_AT = and_(_ID, prescriptions.c.appointment_id == bindparam("appointment_id"))
_RETURNED = sql.document(wire(sql.returned(prescriptions)))
_ROWS = select(prescriptions)

DOCUMENT_AT = _DOCUMENTS.where(_AT)
DELETE = delete(prescriptions).where(sql.is_one_of_ids(prescriptions.c.id))
CREATE = insert(prescriptions).returning(_RETURNED)
LOCK_AT = sql.locking(_ROWS.where(_AT))
LISTING = Listing(
    _DOCUMENTS.where(prescriptions.c.appointment_id == bindparam("appointment_id")),
    key=prescriptions.c.id,
    filters={},
    sorts={},
)
