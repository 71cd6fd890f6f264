"""What goes over the wire about patients."""

import datetime as dt
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.runtime.wire import EMAIL, STORABLE, Date, Omittable, Page, Schema

FullName = Annotated[str, Field(min_length=1, max_length=200), STORABLE]
Email = Annotated[str, Field(max_length=254, pattern=EMAIL)]
Phone = Annotated[str, Field(max_length=20, pattern="^(?:\\+?[0-9 ]{5,19})$")]


class PatientCreate(Schema):
    """What makes a new patient."""

    full_name: FullName
    email: Email
    phone: Phone | None = None
    birthday: Date


class PatientUpdate(Schema):
    """What changes of a patient; what is left out stays."""

    full_name: Omittable[FullName] = None
    email: Omittable[Email] = None
    phone: Phone | None = None
    birthday: Omittable[Date] = None


class PatientRead(Schema):
    """A patient as it is answered."""

    id: UUID
    full_name: str
    email: str
    phone: str | None
    birthday: dt.date
    visits: int
    created_at: dt.datetime


class PatientPage(Page[PatientRead]):
    """A page of patients."""
