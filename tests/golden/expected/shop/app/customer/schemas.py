"""What goes over the wire about customers."""

import datetime as dt
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.runtime.wire import EMAIL, STORABLE, Schema

Email = Annotated[str, Field(max_length=254, pattern=EMAIL)]
FullName = Annotated[str, Field(min_length=1, max_length=200), STORABLE]


class CustomerCreate(Schema):
    """What makes a new customer."""

    email: Email
    full_name: FullName


class CustomerRead(Schema):
    """A customer as it is answered."""

    id: UUID
    email: str
    full_name: str
    created_at: dt.datetime
