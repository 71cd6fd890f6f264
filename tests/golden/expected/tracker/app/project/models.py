"""Tables of projects."""

import datetime as dt
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import Base

if TYPE_CHECKING:
    from app.member.models import Member


class Project(Base):
    """A row of projects."""

    __tablename__ = "projects"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(8, collation="C"))
    name: Mapped[str] = mapped_column(sa.String(120, collation="C"))
    description: Mapped[str | None] = mapped_column(sa.Text(collation="C"))
    closed_tickets: Mapped[int] = mapped_column(sa.Integer, server_default=sa.text("0"))
    created_at: Mapped[dt.datetime] = mapped_column(
        sa.DateTime(timezone=True), server_default=sa.text("now()")
    )

    members: Mapped[list["Member"]] = relationship(
        back_populates="project", init=False, repr=False, lazy="raise"
    )

    __table_args__ = (
        sa.UniqueConstraint("code", name="uq_projects_code"),
        sa.CheckConstraint("char_length(code) >= 2", name="ck_projects_code_min"),
        sa.CheckConstraint("char_length(name) >= 1", name="ck_projects_name_min"),
        sa.CheckConstraint("char_length(description) <= 20000", name="ck_projects_description_max"),
        sa.Index("ix_projects_name", "name", "id"),
        sa.Index("ix_projects_created_at", "created_at", "id"),
    )
