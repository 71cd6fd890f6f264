"""Tables of tickets."""

import datetime as dt
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import Base

if TYPE_CHECKING:
    from app.comment.models import Comment
    from app.label.models import Label
    from app.project.models import Project
    from app.user.models import User

tickets_labels = sa.Table(
    "tickets_labels",
    Base.metadata,
    sa.Column(
        "ticket_id",
        sa.Uuid,
        sa.ForeignKey("tickets.id", name="fk_tickets_labels_ticket_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Column(
        "label_id",
        sa.Uuid,
        sa.ForeignKey("labels.id", name="fk_tickets_labels_label_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Index("ix_tickets_labels_label_id", "label_id", "ticket_id"),
)

tickets_number_counters = sa.Table(
    "tickets_number_counters",
    Base.metadata,
    sa.Column("scope_id", sa.Uuid, primary_key=True),
    sa.Column("last_value", sa.Integer, nullable=False),
)


class Ticket(Base):
    """A row of tickets."""

    __tablename__ = "tickets"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    project_id: Mapped[UUID] = mapped_column(
        sa.Uuid, sa.ForeignKey("projects.id", name="fk_tickets_project_id")
    )
    number: Mapped[int] = mapped_column(sa.Integer)
    title: Mapped[str] = mapped_column(sa.String(200, collation="C"))
    body: Mapped[str | None] = mapped_column(sa.Text(collation="C"))
    priority: Mapped[str] = mapped_column(sa.String(64, collation="C"), server_default="NORMAL")
    reporter_id: Mapped[UUID] = mapped_column(
        sa.Uuid, sa.ForeignKey("users.id", name="fk_tickets_reporter_id")
    )
    assignee_id: Mapped[UUID | None] = mapped_column(
        sa.Uuid, sa.ForeignKey("users.id", name="fk_tickets_assignee_id")
    )
    parent_id: Mapped[UUID | None] = mapped_column(
        sa.Uuid, sa.ForeignKey("tickets.id", name="fk_tickets_parent_id")
    )
    resolution: Mapped[str | None] = mapped_column(sa.String(64, collation="C"))
    created_at: Mapped[dt.datetime] = mapped_column(
        sa.DateTime(timezone=True), server_default=sa.text("now()")
    )
    updated_at: Mapped[dt.datetime] = mapped_column(
        sa.DateTime(timezone=True), server_default=sa.text("now()")
    )
    status: Mapped[str] = mapped_column(sa.String(64, collation="C"), server_default="OPEN")

    project: Mapped["Project"] = relationship(init=False, repr=False, lazy="raise")
    reporter: Mapped["User"] = relationship(foreign_keys=[reporter_id], init=False, repr=False, lazy="raise")
    assignee: Mapped["User | None"] = relationship(
        foreign_keys=[assignee_id], init=False, repr=False, lazy="raise"
    )
    parent: Mapped["Ticket | None"] = relationship(remote_side=[id], init=False, repr=False, lazy="raise")
    labels: Mapped[list["Label"]] = relationship(
        secondary=tickets_labels, init=False, repr=False, lazy="raise"
    )
    comments: Mapped[list["Comment"]] = relationship(
        back_populates="ticket", init=False, repr=False, lazy="raise"
    )

    __table_args__ = (
        sa.UniqueConstraint("project_id", "number", name="uq_tickets_project_id_number"),
        sa.CheckConstraint("char_length(title) >= 1", name="ck_tickets_title_min"),
        sa.CheckConstraint("char_length(body) <= 20000", name="ck_tickets_body_max"),
        sa.CheckConstraint(
            "priority IN ('LOW', 'NORMAL', 'HIGH', 'URGENT')", name="ck_tickets_priority_values"
        ),
        sa.CheckConstraint(
            "resolution IN ('FIXED', 'DUPLICATE', 'WONT_FIX', 'INVALID')", name="ck_tickets_resolution_values"
        ),
        sa.CheckConstraint(
            "status IN ('OPEN', 'IN_PROGRESS', 'CLOSED', 'IN_REVIEW')", name="ck_tickets_status_values"
        ),
        sa.Index("ix_tickets_number", "number", "id"),
        sa.Index("ix_tickets_priority", "priority", "id"),
        sa.Index("ix_tickets_reporter_id", "reporter_id", "id"),
        sa.Index("ix_tickets_assignee_id", "assignee_id", "id"),
        sa.Index("ix_tickets_parent_id", "parent_id", "id"),
        sa.Index("ix_tickets_created_at", "created_at", "id"),
        sa.Index("ix_tickets_updated_at", "updated_at", "id"),
        sa.Index("ix_tickets_status", "status", "id"),
    )
