"""Tables of invoices."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import Base

if TYPE_CHECKING:
    from app.appointment.models import Appointment
    from app.patient.models import Patient


class Invoice(Base):
    """A row of invoices."""

    __tablename__ = "invoices"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    appointment_id: Mapped[UUID] = mapped_column(
        sa.Uuid, sa.ForeignKey("appointments.id", name="fk_invoices_appointment_id")
    )
    patient_id: Mapped[UUID] = mapped_column(
        sa.Uuid, sa.ForeignKey("patients.id", name="fk_invoices_patient_id")
    )
    amount: Mapped[Decimal] = mapped_column(sa.Numeric(8, 2))
    created_at: Mapped[dt.datetime] = mapped_column(
        sa.DateTime(timezone=True), server_default=sa.text("now()")
    )
    status: Mapped[str] = mapped_column(sa.String(64, collation="C"), server_default="DUE")

    appointment: Mapped["Appointment"] = relationship(init=False, repr=False, lazy="raise")
    patient: Mapped["Patient"] = relationship(init=False, repr=False, lazy="raise")

    __table_args__ = (
        sa.UniqueConstraint("appointment_id", name="uq_invoices_appointment_id"),
        sa.CheckConstraint("amount >= 0", name="ck_invoices_amount_ge"),
        sa.CheckConstraint("status IN ('DUE', 'PAID')", name="ck_invoices_status_values"),
        sa.Index("ix_invoices_patient_id", "patient_id", "id"),
        sa.Index("ix_invoices_amount", "amount", "id"),
        sa.Index("ix_invoices_created_at", "created_at", "id"),
        sa.Index("ix_invoices_status", "status", "id"),
    )
