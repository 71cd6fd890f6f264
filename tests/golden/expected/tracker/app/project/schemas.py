"""What goes over the wire about projects."""

import datetime as dt
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.member.schemas import MemberRead
from app.runtime.wire import STORABLE, Omittable, Page, Schema

Code = Annotated[str, Field(min_length=2, max_length=8, pattern="^(?:[A-Z][A-Z0-9]*)$")]
Name = Annotated[str, Field(min_length=1, max_length=120), STORABLE]
Description = Annotated[str, Field(max_length=20000), STORABLE]


class ProjectCreate(Schema):
    """What makes a new project."""

    code: Code
    name: Name
    description: Description | None = None


class ProjectUpdate(Schema):
    """What changes of a project; what is left out stays."""

    name: Omittable[Name] = None
    description: Description | None = None


class ProjectRead(Schema):
    """A project as it is answered."""

    id: UUID
    code: str
    name: str
    description: str | None
    closed_tickets: int
    created_at: dt.datetime
    members: list[MemberRead]


class ProjectPage(Page[ProjectRead]):
    """A page of projects."""
