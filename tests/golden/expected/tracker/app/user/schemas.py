"""What goes over the wire about users."""

import datetime as dt
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.runtime.wire import EMAIL, STORABLE, Omittable, Page, Schema

Name = Annotated[str, Field(min_length=1, max_length=100), STORABLE]
Email = Annotated[str, Field(max_length=254, pattern=EMAIL)]


class UserCreate(Schema):
    """What makes a new user."""

    name: Name
    email: Email


class UserUpdate(Schema):
    """What changes of a user; what is left out stays."""

    name: Omittable[Name] = None
    email: Omittable[Email] = None


class UserRead(Schema):
    """A user as it is answered."""

    id: UUID
    name: str
    email: str
    created_at: dt.datetime


class UserPage(Page[UserRead]):
    """A page of users."""
