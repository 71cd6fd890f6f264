"""What goes over the wire about appointments."""

import datetime as dt
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.enums import AppointmentStatus, Contact
from app.prescription.schemas import PrescriptionRead
from app.runtime.wire import STORABLE, Id, Moment, Page, Schema

Reason = Annotated[str, Field(max_length=20000), STORABLE]


class AppointmentCreate(Schema):
    """What makes a new appointment."""

    doctor_id: Id
    room_id: Id
    patient_id: Id
    booked_by: Contact = "WEB"
    starts_at: Moment
    ends_at: Moment
    reason: Reason | None = None


class AppointmentRead(Schema):
    """A appointment as it is answered."""

    id: UUID
    doctor_id: UUID
    room_id: UUID
    patient_id: UUID
    booked_by: Contact
    starts_at: dt.datetime
    ends_at: dt.datetime
    reason: str | None
    notes: str | None
    fee: Decimal
    created_at: dt.datetime
    status: AppointmentStatus
    prescriptions: list[PrescriptionRead]


class AppointmentPage(Page[AppointmentRead]):
    """A page of appointments."""


class AppointmentRescheduleInput(Schema):
    """Moves an appointment that has not begun to another time."""

    starts_at: Moment
    ends_at: Moment


class AppointmentCompleteInput(Schema):
    """Ends the visit, counts it for doctor and patient, and bills it."""

    notes: Annotated[str, Field(max_length=20000), STORABLE] | None = None
