"""Statements about doctors, built once."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Text, bindparam, cast, delete, insert, select, update

from app.doctor.models import Doctor
from app.runtime import sql
from app.runtime.pagination import Listing

doctors = sql.table_of(Doctor)


def wire(row: FromClause) -> list[ColumnElement[Any]]:
    """Return the columns of a row's JSON, in order."""
    return [
        row.c.id,
        row.c.full_name,
        row.c.email,
        row.c.specialty,
        cast(row.c.fee, Text).label("fee"),
        row.c.is_active,
        row.c.visits,
    ]


_DOCUMENT = sql.document(wire(doctors), doctors)
_DOCUMENTS = select(_DOCUMENT).select_from(doctors)
_ID = doctors.c.id == bindparam("id")
_RETURNED = sql.document(wire(sql.returned(doctors)))
_ROWS = select(doctors)

DOCUMENT = _DOCUMENTS.where(_ID)
EXISTS = select(doctors.c.id).where(_ID)
UPDATE = update(doctors).where(doctors.c.id == bindparam("_id"))
DELETE_AT = delete(doctors).where(_ID)
CREATE = insert(doctors).returning(_RETURNED)
PATCH = update(doctors).where(doctors.c.id == bindparam("_id")).returning(_RETURNED)
LOCK = sql.locking(_ROWS.where(_ID))
LOCK_ROWS = sql.locking(_ROWS.where(sql.is_one_of_ids(doctors.c.id)).order_by(doctors.c.id))
LISTING = Listing(
    _DOCUMENTS,
    key=doctors.c.id,
    filters={
        "specialty": doctors.c.specialty == bindparam("specialty_"),
        "is_active": doctors.c.is_active == bindparam("is_active_"),
    },
    sorts={"full_name": doctors.c.full_name, "fee": doctors.c.fee},
    search=(doctors.c.full_name,),
    default=doctors.c.is_active,
    unless=("is_active",),
)
