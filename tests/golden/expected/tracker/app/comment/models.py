"""Tables of comments."""

import datetime as dt
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import Base

if TYPE_CHECKING:
    from app.ticket.models import Ticket
    from app.user.models import User


class Comment(Base):
    """A row of comments."""

    __tablename__ = "comments"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    ticket_id: Mapped[UUID] = mapped_column(
        sa.Uuid, sa.ForeignKey("tickets.id", name="fk_comments_ticket_id", ondelete="CASCADE")
    )
    author_id: Mapped[UUID] = mapped_column(sa.Uuid, sa.ForeignKey("users.id", name="fk_comments_author_id"))
    body: Mapped[str] = mapped_column(sa.Text(collation="C"))
    created_at: Mapped[dt.datetime] = mapped_column(
        sa.DateTime(timezone=True), server_default=sa.text("now()")
    )

    ticket: Mapped["Ticket"] = relationship(back_populates="comments", init=False, repr=False, lazy="raise")
    author: Mapped["User"] = relationship(init=False, repr=False, lazy="raise")

    __table_args__ = (
        sa.CheckConstraint("char_length(body) >= 1", name="ck_comments_body_min"),
        sa.CheckConstraint("char_length(body) <= 10000", name="ck_comments_body_max"),
        sa.Index("ix_comments_ticket_id", "ticket_id", "id"),
        sa.Index("ix_comments_author_id", "author_id", "id"),
    )
