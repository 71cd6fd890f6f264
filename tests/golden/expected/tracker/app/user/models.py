"""Tables of users."""

import datetime as dt
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.base import Base


class User(Base):
    """A row of users."""

    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(100, collation="C"))
    email: Mapped[str] = mapped_column(sa.String(254, collation="C"))
    created_at: Mapped[dt.datetime] = mapped_column(
        sa.DateTime(timezone=True), server_default=sa.text("now()")
    )

    __table_args__ = (
        sa.UniqueConstraint("email", name="uq_users_email"),
        sa.CheckConstraint("char_length(name) >= 1", name="ck_users_name_min"),
        sa.Index("ix_users_name", "name", "id"),
    )
