"""What goes over the wire about tickets."""

import datetime as dt
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.comment.schemas import CommentRead
from app.enums import Priority, Resolution, TicketStatus
from app.runtime.wire import STORABLE, Id, Omittable, Page, Schema

Title = Annotated[str, Field(min_length=1, max_length=200), STORABLE]
Body = Annotated[str, Field(max_length=20000), STORABLE]


class TicketCreate(Schema):
    """What makes a new ticket."""

    project_id: Id
    title: Title
    body: Body | None = None
    priority: Priority = "NORMAL"
    reporter_id: Id
    assignee_id: Id | None = None
    parent_id: Id | None = None
    label_ids: list[Id] = Field(default_factory=list)


class TicketUpdate(Schema):
    """What changes of a ticket; what is left out stays."""

    title: Omittable[Title] = None
    body: Body | None = None
    priority: Omittable[Priority] = None
    assignee_id: Id | None = None
    label_ids: Omittable[list[Id]] = None


class TicketRead(Schema):
    """A ticket as it is answered."""

    id: UUID
    project_id: UUID
    number: int
    title: str
    body: str | None
    priority: Priority
    reporter_id: UUID
    assignee_id: UUID | None
    parent_id: UUID | None
    resolution: Resolution | None
    comment_count: int
    created_at: dt.datetime
    updated_at: dt.datetime
    status: TicketStatus
    label_ids: list[UUID]
    comments: list[CommentRead]


class TicketPage(Page[TicketRead]):
    """A page of tickets."""


class TicketAssignInput(Schema):
    """Hands a ticket to a member of its project."""

    assignee_id: Id


class TicketNestInput(Schema):
    """Puts a ticket below another one."""

    parent_id: Id


class TicketCloseInput(Schema):
    """Closes a ticket with its resolution; its children must be closed before."""

    resolution: Resolution
    author_id: Id
    note: Annotated[str, Field(min_length=1, max_length=10000), STORABLE] | None = None


class TicketAddLabelInput(Schema):
    """What add label needs to know."""

    label_id: Id


class TicketRemoveLabelInput(Schema):
    """What remove label needs to know."""

    label_id: Id
