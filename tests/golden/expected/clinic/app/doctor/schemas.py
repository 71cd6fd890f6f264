"""What goes over the wire about doctors."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.enums import Specialty
from app.runtime.wire import EMAIL, PLAIN_NUMBER, STORABLE, Boolean, Omittable, Page, Schema

FullName = Annotated[str, Field(min_length=1, max_length=200), STORABLE]
Email = Annotated[str, Field(max_length=254, pattern=EMAIL)]
Fee = Annotated[Decimal, Field(ge=Decimal("0"), max_digits=8, decimal_places=2), PLAIN_NUMBER]


class DoctorCreate(Schema):
    """What makes a new doctor."""

    full_name: FullName
    email: Email
    specialty: Specialty
    fee: Fee
    is_active: Boolean = True


class DoctorUpdate(Schema):
    """What changes of a doctor; what is left out stays."""

    full_name: Omittable[FullName] = None
    email: Omittable[Email] = None
    specialty: Omittable[Specialty] = None
    fee: Omittable[Fee] = None
    is_active: Omittable[Boolean] = None


class DoctorRead(Schema):
    """A doctor as it is answered."""

    id: UUID
    full_name: str
    email: str
    specialty: Specialty
    fee: Decimal
    is_active: bool
    visits: int


class DoctorPage(Page[DoctorRead]):
    """A page of doctors."""
