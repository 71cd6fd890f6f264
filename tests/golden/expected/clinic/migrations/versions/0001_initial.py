"""Every table of the application."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0001_cdfd7a1f"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Create the range types, then the tables, referenced before referring."""
    op.execute("CREATE TYPE uuid_span AS RANGE (subtype = uuid)")
    op.create_table(
        "doctors",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("full_name", sa.String(200, collation="C"), nullable=False),
        sa.Column("email", sa.String(254, collation="C"), nullable=False),
        sa.Column("specialty", sa.String(64, collation="C"), nullable=False),
        sa.Column("fee", sa.Numeric(8, 2), nullable=False),
        sa.Column("is_active", sa.Boolean, server_default=sa.text("true"), nullable=False),
        sa.Column("visits", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_doctors"),
        sa.UniqueConstraint("email", name="uq_doctors_email"),
        sa.CheckConstraint("char_length(full_name) >= 1", name="ck_doctors_full_name_min"),
        sa.CheckConstraint(
            "specialty IN ('GENERAL', 'CARDIOLOGY', 'DERMATOLOGY', 'PAEDIATRICS')",
            name="ck_doctors_specialty_values",
        ),
        sa.CheckConstraint("fee >= 0", name="ck_doctors_fee_ge"),
    )
    op.create_index("ix_doctors_full_name", "doctors", ["full_name", "id"])
    op.create_index("ix_doctors_specialty", "doctors", ["specialty", "id"])
    op.create_index("ix_doctors_fee", "doctors", ["fee", "id"])
    op.create_index("ix_doctors_is_active", "doctors", ["is_active", "id"])
    op.create_table(
        "rooms",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("name", sa.String(40, collation="C"), nullable=False),
        sa.Column("beds", sa.Integer, server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rooms"),
        sa.UniqueConstraint("name", name="uq_rooms_name"),
        sa.CheckConstraint("char_length(name) >= 1", name="ck_rooms_name_min"),
        sa.CheckConstraint("beds >= 0", name="ck_rooms_beds_ge"),
        sa.CheckConstraint("beds <= 8", name="ck_rooms_beds_le"),
    )
    op.create_index("ix_rooms_beds", "rooms", ["beds", "id"])
    op.create_table(
        "patients",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("full_name", sa.String(200, collation="C"), nullable=False),
        sa.Column("email", sa.String(254, collation="C"), nullable=False),
        sa.Column("phone", sa.String(20, collation="C"), nullable=True),
        sa.Column("birthday", sa.Date, nullable=False),
        sa.Column("visits", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_patients"),
        sa.UniqueConstraint("email", name="uq_patients_email"),
        sa.CheckConstraint("char_length(full_name) >= 1", name="ck_patients_full_name_min"),
    )
    op.create_index("ix_patients_full_name", "patients", ["full_name", "id"])
    op.create_index("ix_patients_created_at", "patients", ["created_at", "id"])
    op.create_table(
        "appointments",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("doctor_id", sa.Uuid, nullable=False),
        sa.Column("room_id", sa.Uuid, nullable=False),
        sa.Column("patient_id", sa.Uuid, nullable=False),
        sa.Column("booked_by", sa.String(64, collation="C"), server_default="WEB", nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(collation="C"), nullable=True),
        sa.Column("notes", sa.Text(collation="C"), nullable=True),
        sa.Column("fee", sa.Numeric(8, 2), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("status", sa.String(64, collation="C"), server_default="REQUESTED", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_appointments"),
        sa.ForeignKeyConstraint(["doctor_id"], ["doctors.id"], name="fk_appointments_doctor_id"),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name="fk_appointments_room_id"),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name="fk_appointments_patient_id"),
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
    )
    op.create_index("ix_appointments_doctor_id", "appointments", ["doctor_id", "id"])
    op.create_index("ix_appointments_room_id", "appointments", ["room_id", "id"])
    op.create_index("ix_appointments_patient_id", "appointments", ["patient_id", "id"])
    op.create_index("ix_appointments_starts_at", "appointments", ["starts_at", "id"])
    op.create_index("ix_appointments_status", "appointments", ["status", "id"])
    op.create_table(
        "prescriptions",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("appointment_id", sa.Uuid, nullable=False),
        sa.Column("medicine", sa.String(200, collation="C"), nullable=False),
        sa.Column("dose", sa.String(100, collation="C"), nullable=False),
        sa.Column("weeks", sa.Integer, nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_prescriptions"),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointments.id"],
            name="fk_prescriptions_appointment_id",
            ondelete="CASCADE",
        ),
        sa.CheckConstraint("char_length(medicine) >= 1", name="ck_prescriptions_medicine_min"),
        sa.CheckConstraint("char_length(dose) >= 1", name="ck_prescriptions_dose_min"),
        sa.CheckConstraint("weeks >= 1", name="ck_prescriptions_weeks_ge"),
        sa.CheckConstraint("weeks <= 52", name="ck_prescriptions_weeks_le"),
    )
    op.create_index("ix_prescriptions_appointment_id", "prescriptions", ["appointment_id", "id"])
    op.create_table(
        "invoices",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("appointment_id", sa.Uuid, nullable=False),
        sa.Column("patient_id", sa.Uuid, nullable=False),
        sa.Column("amount", sa.Numeric(8, 2), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("status", sa.String(64, collation="C"), server_default="DUE", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_invoices"),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointments.id"], name="fk_invoices_appointment_id"),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name="fk_invoices_patient_id"),
        sa.UniqueConstraint("appointment_id", name="uq_invoices_appointment_id"),
        sa.CheckConstraint("amount >= 0", name="ck_invoices_amount_ge"),
        sa.CheckConstraint("status IN ('DUE', 'PAID')", name="ck_invoices_status_values"),
    )
    op.create_index("ix_invoices_patient_id", "invoices", ["patient_id", "id"])
    op.create_index("ix_invoices_amount", "invoices", ["amount", "id"])
    op.create_index("ix_invoices_created_at", "invoices", ["created_at", "id"])
    op.create_index("ix_invoices_status", "invoices", ["status", "id"])


def downgrade() -> None:
    """Drop everything in the opposite order."""
    op.drop_table("invoices")
    op.drop_table("prescriptions")
    op.drop_table("appointments")
    op.drop_table("patients")
    op.drop_table("rooms")
    op.drop_table("doctors")
    op.execute("DROP TYPE uuid_span")
