"""Tables of doctors."""

from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.base import Base


class Doctor(Base):
    """A row of doctors."""

    __tablename__ = "doctors"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    full_name: Mapped[str] = mapped_column(sa.String(200, collation="C"))
    email: Mapped[str] = mapped_column(sa.String(254, collation="C"))
    specialty: Mapped[str] = mapped_column(sa.String(64, collation="C"))
    fee: Mapped[Decimal] = mapped_column(sa.Numeric(8, 2))
    is_active: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.text("true"))
    visits: Mapped[int] = mapped_column(sa.Integer, server_default=sa.text("0"))

    __table_args__ = (
        sa.UniqueConstraint("email", name="uq_doctors_email"),
        sa.CheckConstraint("char_length(full_name) >= 1", name="ck_doctors_full_name_min"),
        sa.CheckConstraint(
            "specialty IN ('GENERAL', 'CARDIOLOGY', 'DERMATOLOGY', 'PAEDIATRICS')",
            name="ck_doctors_specialty_values",
        ),
        sa.CheckConstraint("fee >= 0", name="ck_doctors_fee_ge"),
        sa.Index("ix_doctors_full_name", "full_name", "id"),
        sa.Index("ix_doctors_specialty", "specialty", "id"),
        sa.Index("ix_doctors_fee", "fee", "id"),
        sa.Index("ix_doctors_is_active", "is_active", "id"),
    )
