"""What goes over the wire about members."""

from uuid import UUID

from app.enums import Role
from app.runtime.wire import Id, Omittable, Page, Schema


class MemberCreate(Schema):
    """What makes a new member."""

    user_id: Id
    role: Role = "REPORTER"


class MemberUpdate(Schema):
    """What changes of a member; what is left out stays."""

    role: Omittable[Role] = None


class MemberRead(Schema):
    """A member as it is answered."""

    id: UUID
    project_id: UUID
    user_id: UUID
    role: Role


class MemberPage(Page[MemberRead]):
    """A page of members."""
