"""Tables of prescriptions."""

import datetime as dt
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import Base

if TYPE_CHECKING:
    from app.appointment.models import Appointment


class Prescription(Base):
    """A row of prescriptions."""

    __tablename__ = "prescriptions"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    appointment_id: Mapped[UUID] = mapped_column(
        sa.Uuid, sa.ForeignKey("appointments.id", name="fk_prescriptions_appointment_id", ondelete="CASCADE")
    )
    medicine: Mapped[str] = mapped_column(sa.String(200, collation="C"))
    dose: Mapped[str] = mapped_column(sa.String(100, collation="C"))
    weeks: Mapped[int] = mapped_column(sa.Integer)
    issued_at: Mapped[dt.datetime] = mapped_column(
        sa.DateTime(timezone=True), server_default=sa.text("now()")
    )

    appointment: Mapped["Appointment"] = relationship(
        back_populates="prescriptions", init=False, repr=False, lazy="raise"
    )

    __table_args__ = (
        sa.CheckConstraint("char_length(medicine) >= 1", name="ck_prescriptions_medicine_min"),
        sa.CheckConstraint("char_length(dose) >= 1", name="ck_prescriptions_dose_min"),
        sa.CheckConstraint("weeks >= 1", name="ck_prescriptions_weeks_ge"),
        sa.CheckConstraint("weeks <= 52", name="ck_prescriptions_weeks_le"),
        sa.Index("ix_prescriptions_appointment_id", "appointment_id", "id"),
    )
