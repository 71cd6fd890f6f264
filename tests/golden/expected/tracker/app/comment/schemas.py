"""What goes over the wire about comments."""

import datetime as dt
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.runtime.wire import STORABLE, Id, Omittable, Page, Schema

Body = Annotated[str, Field(min_length=1, max_length=10000), STORABLE]


class CommentCreate(Schema):
    """What makes a new comment."""

    author_id: Id
    body: Body


class CommentUpdate(Schema):
    """What changes of a comment; what is left out stays."""

    body: Omittable[Body] = None


class CommentRead(Schema):
    """A comment as it is answered."""

    id: UUID
    ticket_id: UUID
    author_id: UUID
    body: str
    created_at: dt.datetime


class CommentPage(Page[CommentRead]):
    """A page of comments."""
