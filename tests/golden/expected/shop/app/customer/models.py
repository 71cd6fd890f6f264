"""Tables of customers."""

import datetime as dt
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.base import Base


class Customer(Base):
    """A row of customers."""

    __tablename__ = "customers"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(254, collation="C"))
    full_name: Mapped[str] = mapped_column(sa.String(200, collation="C"))
    created_at: Mapped[dt.datetime] = mapped_column(
        sa.DateTime(timezone=True), server_default=sa.text("now()")
    )

    __table_args__ = (
        sa.UniqueConstraint("email", name="uq_customers_email"),
        sa.CheckConstraint("char_length(full_name) >= 1", name="ck_customers_full_name_min"),
    )
