"""What goes over the wire about rooms."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.runtime.wire import STORABLE, Omittable, Page, Schema

Name = Annotated[str, Field(min_length=1, max_length=40), STORABLE]
Beds = Annotated[int, Field(strict=True, ge=0, le=8)]


class RoomCreate(Schema):
    """What makes a new room."""

    name: Name
    beds: Beds = 1


class RoomUpdate(Schema):
    """What changes of a room; what is left out stays."""

    name: Omittable[Name] = None
    beds: Omittable[Beds] = None


class RoomRead(Schema):
    """A room as it is answered."""

    id: UUID
    name: str
    beds: int


class RoomPage(Page[RoomRead]):
    """A page of rooms."""
