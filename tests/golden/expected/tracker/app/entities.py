"""Every model, so that `Base.metadata` is complete once this module is imported."""

from app.base import Base
from app.comment.models import Comment
from app.label.models import Label
from app.member.models import Member
from app.project.models import Project
from app.ticket.models import Ticket
from app.user.models import User

__all__ = [
    "Base",
    "Comment",
    "Label",
    "Member",
    "Project",
    "Ticket",
    "User",
]
