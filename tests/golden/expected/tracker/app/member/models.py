"""Tables of members."""

from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import Base

if TYPE_CHECKING:
    from app.project.models import Project
    from app.user.models import User


class Member(Base):
    """A row of members."""

    __tablename__ = "members"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    project_id: Mapped[UUID] = mapped_column(
        sa.Uuid, sa.ForeignKey("projects.id", name="fk_members_project_id", ondelete="CASCADE")
    )
    user_id: Mapped[UUID] = mapped_column(sa.Uuid, sa.ForeignKey("users.id", name="fk_members_user_id"))
    role: Mapped[str] = mapped_column(sa.String(64, collation="C"), server_default="REPORTER")

    project: Mapped["Project"] = relationship(back_populates="members", init=False, repr=False, lazy="raise")
    user: Mapped["User"] = relationship(init=False, repr=False, lazy="raise")

    __table_args__ = (
        sa.UniqueConstraint("project_id", "user_id", name="uq_members_project_id_user_id"),
        sa.CheckConstraint("role IN ('OWNER', 'MAINTAINER', 'REPORTER')", name="ck_members_role_values"),
        sa.Index("ix_members_user_id", "user_id", "id"),
    )
