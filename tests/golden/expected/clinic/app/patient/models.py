"""Tables of patients."""

import datetime as dt
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.base import Base


class Patient(Base):
    """A row of patients."""

    __tablename__ = "patients"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    full_name: Mapped[str] = mapped_column(sa.String(200, collation="C"))
    email: Mapped[str] = mapped_column(sa.String(254, collation="C"))
    phone: Mapped[str | None] = mapped_column(sa.String(20, collation="C"))
    birthday: Mapped[dt.date] = mapped_column(sa.Date)
    visits: Mapped[int] = mapped_column(sa.Integer, server_default=sa.text("0"))
    created_at: Mapped[dt.datetime] = mapped_column(
        sa.DateTime(timezone=True), server_default=sa.text("now()")
    )

    __table_args__ = (
        sa.UniqueConstraint("email", name="uq_patients_email"),
        sa.CheckConstraint("char_length(full_name) >= 1", name="ck_patients_full_name_min"),
        sa.Index("ix_patients_full_name", "full_name", "id"),
        sa.Index("ix_patients_created_at", "created_at", "id"),
    )
