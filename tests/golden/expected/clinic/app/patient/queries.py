"""Statements about patients, built once."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, bindparam, delete, insert, select, update

from app.patient.models import Patient
from app.runtime import sql
from app.runtime.pagination import Listing

patients = sql.table_of(Patient)


def wire(row: FromClause) -> list[ColumnElement[Any]]:
    """Return the columns of a row's JSON, in order."""
    return [
        row.c.id,
        row.c.full_name,
        row.c.email,
        row.c.phone,
        row.c.birthday,
        row.c.visits,
        sql.moment_text(row.c.created_at).label("created_at"),
    ]


_DOCUMENT = sql.document(wire(patients), patients)
_DOCUMENTS = select(_DOCUMENT).select_from(patients)
_ID = patients.c.id == bindparam("id")
_RETURNED = sql.document(wire(sql.returned(patients)))
_ROWS = select(patients)

DOCUMENT = _DOCUMENTS.where(_ID)
EXISTS = select(patients.c.id).where(_ID)
UPDATE = update(patients).where(patients.c.id == bindparam("_id"))
DELETE_AT = delete(patients).where(_ID)
CREATE = insert(patients).returning(_RETURNED)
LOCK = sql.locking(_ROWS.where(_ID))
LOCK_ROWS = sql.locking(_ROWS.where(sql.is_one_of_ids(patients.c.id)).order_by(patients.c.id))
LISTING = Listing(
    _DOCUMENTS,
    key=patients.c.id,
    filters={},
    sorts={"full_name": patients.c.full_name, "created_at": patients.c.created_at},
    search=(patients.c.full_name, patients.c.email),
)
