"""What goes over the wire about prescriptions."""

import datetime as dt
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.runtime.wire import STORABLE, Page, Schema

Medicine = Annotated[str, Field(min_length=1, max_length=200), STORABLE]
Dose = Annotated[str, Field(min_length=1, max_length=100), STORABLE]
Weeks = Annotated[int, Field(strict=True, ge=1, le=52)]


class PrescriptionCreate(Schema):
    """What makes a new prescription."""

    medicine: Medicine
    dose: Dose
    weeks: Weeks


class PrescriptionRead(Schema):
    """A prescription as it is answered."""

    id: UUID
    appointment_id: UUID
    medicine: str
    dose: str
    weeks: int
    issued_at: dt.datetime


class PrescriptionPage(Page[PrescriptionRead]):
    """A page of prescriptions."""
