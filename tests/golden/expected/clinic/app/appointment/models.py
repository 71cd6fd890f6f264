"""Tables of appointments."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import Base

if TYPE_CHECKING:
    from app.doctor.models import Doctor
    from app.patient.models import Patient
    from app.prescription.models import Prescription
    from app.room.models import Room


class Appointment(Base):
    """A row of appointments."""

    __tablename__ = "appointments"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    doctor_id: Mapped[UUID] = mapped_column(
        sa.Uuid, sa.ForeignKey("doctors.id", name="fk_appointments_doctor_id")
    )
    room_id: Mapped[UUID] = mapped_column(sa.Uuid, sa.ForeignKey("rooms.id", name="fk_appointments_room_id"))
    patient_id: Mapped[UUID] = mapped_column(
        sa.Uuid, sa.ForeignKey("patients.id", name="fk_appointments_patient_id")
    )
    booked_by: Mapped[str] = mapped_column(sa.String(64, collation="C"), server_default="WEB")
    starts_at: Mapped[dt.datetime] = mapped_column(sa.DateTime(timezone=True))
    ends_at: Mapped[dt.datetime] = mapped_column(sa.DateTime(timezone=True))
    reason: Mapped[str | None] = mapped_column(sa.Text(collation="C"))
    notes: Mapped[str | None] = mapped_column(sa.Text(collation="C"))
    fee: Mapped[Decimal] = mapped_column(sa.Numeric(8, 2))
    created_at: Mapped[dt.datetime] = mapped_column(
        sa.DateTime(timezone=True), server_default=sa.text("now()")
    )
    status: Mapped[str] = mapped_column(sa.String(64, collation="C"), server_default="REQUESTED")

    doctor: Mapped["Doctor"] = relationship(init=False, repr=False, lazy="raise")
    room: Mapped["Room"] = relationship(init=False, repr=False, lazy="raise")
    patient: Mapped["Patient"] = relationship(init=False, repr=False, lazy="raise")
    prescriptions: Mapped[list["Prescription"]] = relationship(
        back_populates="appointment", init=False, repr=False, lazy="raise"
    )

    __table_args__ = (
        postgresql.ExcludeConstraint(
            (sa.text("uuid_span(doctor_id, doctor_id, '[]')"), "&&"),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            name="uq_appointments_doctor_id",
            using="gist",
            where=sa.text("starts_at < ends_at AND (status NOT IN ('CANCELLED', 'ABSENT'))"),
        ),
        postgresql.ExcludeConstraint(
            (sa.text("uuid_span(room_id, room_id, '[]')"), "&&"),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            name="uq_appointments_room_id",
            using="gist",
            where=sa.text("starts_at < ends_at AND (status NOT IN ('CANCELLED', 'ABSENT'))"),
        ),
        sa.CheckConstraint(
            "booked_by IN ('PHONE', 'WEB', 'WALK_IN')", name="ck_appointments_booked_by_values"
        ),
        sa.CheckConstraint("char_length(reason) <= 20000", name="ck_appointments_reason_max"),
        sa.CheckConstraint("char_length(notes) <= 20000", name="ck_appointments_notes_max"),
        sa.CheckConstraint(
            "status IN ('REQUESTED', 'CONFIRMED', 'CANCELLED', 'CHECKED_IN', 'ABSENT', 'IN_PROGRESS', 'COMPLETED')",
            name="ck_appointments_status_values",
        ),
        sa.CheckConstraint("starts_at < ends_at", name="ck_appointments_rule_430244a6"),
        sa.CheckConstraint(
            "ends_at <= starts_at + INTERVAL '14400 seconds'", name="ck_appointments_rule_232a22a2"
        ),
        sa.Index("ix_appointments_doctor_id", "doctor_id", "id"),
        sa.Index("ix_appointments_room_id", "room_id", "id"),
        sa.Index("ix_appointments_patient_id", "patient_id", "id"),
        sa.Index("ix_appointments_starts_at", "starts_at", "id"),
        sa.Index("ix_appointments_status", "status", "id"),
    )
