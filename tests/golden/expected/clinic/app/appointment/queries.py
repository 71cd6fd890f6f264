"""Statements about appointments, built once."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Text,
    Uuid,
    and_,
    bindparam,
    cast,
    func,
    insert,
    select,
    update,
)

import app.prescription.queries as prescription_queries
from app.appointment.models import Appointment
from app.prescription.models import Prescription
from app.runtime import sql
from app.runtime.pagination import Listing

appointments = sql.table_of(Appointment)
prescriptions = sql.table_of(Prescription)
prescription = prescriptions.alias()
appointment = appointments.alias()


def wire(row: FromClause) -> list[ColumnElement[Any]]:
    """Return the columns of a row's JSON, in order."""
    return [
        row.c.id,
        row.c.doctor_id,
        row.c.room_id,
        row.c.patient_id,
        row.c.booked_by,
        sql.moment_text(row.c.starts_at).label("starts_at"),
        sql.moment_text(row.c.ends_at).label("ends_at"),
        row.c.reason,
        row.c.notes,
        cast(row.c.fee, Text).label("fee"),
        sql.moment_text(row.c.created_at).label("created_at"),
        row.c.status,
        sql.nested(
            prescription_queries.wire(prescription), prescription, prescription.c.appointment_id == row.c.id
        ).label("prescriptions"),
    ]


_DOCUMENT = sql.document(wire(appointments), appointments)
_DOCUMENTS = select(_DOCUMENT).select_from(appointments)
_ID = appointments.c.id == bindparam("id")
_RETURNED = sql.document(wire(sql.returned(appointments)))
_ROWS = select(appointments)

DOCUMENT = _DOCUMENTS.where(_ID)
EXISTS = select(appointments.c.id).where(_ID)
UPDATE = update(appointments).where(appointments.c.id == bindparam("_id"))
CREATE = insert(appointments).returning(_RETURNED)
LOCK = sql.locking(_ROWS.where(_ID))
LOCK_TABLE = sql.lock_table(appointments)
LISTING = Listing(
    _DOCUMENTS,
    key=appointments.c.id,
    filters={
        "doctor_id": appointments.c.doctor_id == bindparam("doctor_id_"),
        "room_id": appointments.c.room_id == bindparam("room_id_"),
        "patient_id": appointments.c.patient_id == bindparam("patient_id_"),
        "status": appointments.c.status == bindparam("status_"),
        "starts_at": appointments.c.starts_at == bindparam("starts_at_"),
        "starts_at_min": appointments.c.starts_at >= bindparam("starts_at_min_"),
        "starts_at_max": appointments.c.starts_at <= bindparam("starts_at_max_"),
    },
    sorts={"starts_at": appointments.c.starts_at},
    default_sort=("starts_at",),
)
COUNT_1 = select(
    sql.value_of(
        func.count(),
        [appointment],
        and_(
            appointment.c.doctor_id == bindparam("self_doctor_id", type_=Uuid()),
            appointment.c.status == sql.const("IN_PROGRESS"),
        ),
    ).label("value")
)
