"""What goes over the wire about labels."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.runtime.wire import STORABLE, Omittable, Page, Schema

Name = Annotated[str, Field(min_length=1, max_length=40), STORABLE]
Colour = Annotated[str, Field(max_length=255, pattern="^(?:#[0-9a-f]{6})$")]


class LabelCreate(Schema):
    """What makes a new label."""

    name: Name
    colour: Colour = "#888888"


class LabelUpdate(Schema):
    """What changes of a label; what is left out stays."""

    name: Omittable[Name] = None
    colour: Omittable[Colour] = None


class LabelRead(Schema):
    """A label as it is answered."""

    id: UUID
    name: str
    colour: str


class LabelPage(Page[LabelRead]):
    """A page of labels."""
