"""What a violated database constraint is answered with."""

from app.runtime.errors import Violation

VIOLATIONS: dict[str, Violation] = {
    "ck_appointments_booked_by_values": Violation(
        422, "out_of_range", "field:Appointment.booked_by", "booked_by must be one of PHONE, WEB, WALK_IN"
    ),
    "ck_appointments_notes_max": Violation(
        422, "out_of_range", "field:Appointment.notes", "notes must be at most 20000 characters long"
    ),
    "ck_appointments_reason_max": Violation(
        422, "out_of_range", "field:Appointment.reason", "reason must be at most 20000 characters long"
    ),
    "ck_appointments_rule_232a22a2": Violation(
        422, "guard_failed", "rule:Appointment:232a22a2", "An appointment takes four hours at most"
    ),
    "ck_appointments_rule_430244a6": Violation(
        422, "guard_failed", "rule:Appointment:430244a6", "An appointment ends after it starts"
    ),
    "ck_appointments_status_values": Violation(
        422,
        "out_of_range",
        "field:Appointment.status",
        "status must be one of REQUESTED, CONFIRMED, CANCELLED, CHECKED_IN, ABSENT, IN_PROGRESS, COMPLETED",
    ),
    "ck_doctors_fee_ge": Violation(422, "out_of_range", "field:Doctor.fee", "fee must be >= 0"),
    "ck_doctors_full_name_min": Violation(
        422, "out_of_range", "field:Doctor.full_name", "full_name must be at least 1 characters long"
    ),
    "ck_doctors_specialty_values": Violation(
        422,
        "out_of_range",
        "field:Doctor.specialty",
        "specialty must be one of GENERAL, CARDIOLOGY, DERMATOLOGY, PAEDIATRICS",
    ),
    "ck_invoices_amount_ge": Violation(422, "out_of_range", "field:Invoice.amount", "amount must be >= 0"),
    "ck_invoices_status_values": Violation(
        422, "out_of_range", "field:Invoice.status", "status must be one of DUE, PAID"
    ),
    "ck_patients_full_name_min": Violation(
        422, "out_of_range", "field:Patient.full_name", "full_name must be at least 1 characters long"
    ),
    "ck_prescriptions_dose_min": Violation(
        422, "out_of_range", "field:Prescription.dose", "dose must be at least 1 characters long"
    ),
    "ck_prescriptions_medicine_min": Violation(
        422, "out_of_range", "field:Prescription.medicine", "medicine must be at least 1 characters long"
    ),
    "ck_prescriptions_weeks_ge": Violation(
        422, "out_of_range", "field:Prescription.weeks", "weeks must be >= 1"
    ),
    "ck_prescriptions_weeks_le": Violation(
        422, "out_of_range", "field:Prescription.weeks", "weeks must be <= 52"
    ),
    "ck_rooms_beds_ge": Violation(422, "out_of_range", "field:Room.beds", "beds must be >= 0"),
    "ck_rooms_beds_le": Violation(422, "out_of_range", "field:Room.beds", "beds must be <= 8"),
    "ck_rooms_name_min": Violation(
        422, "out_of_range", "field:Room.name", "name must be at least 1 characters long"
    ),
    "fk_appointments_doctor_id": Violation(
        409, "in_use", "field:Appointment.doctor", "appointments refer to this row", missing="Doctor"
    ),
    "fk_appointments_patient_id": Violation(
        409, "in_use", "field:Appointment.patient", "appointments refer to this row", missing="Patient"
    ),
    "fk_appointments_room_id": Violation(
        409, "in_use", "field:Appointment.room", "appointments refer to this row", missing="Room"
    ),
    "fk_invoices_appointment_id": Violation(
        409, "in_use", "field:Invoice.appointment", "invoices refer to this row", missing="Appointment"
    ),
    "fk_invoices_patient_id": Violation(
        409, "in_use", "field:Invoice.patient", "invoices refer to this row", missing="Patient"
    ),
    "fk_prescriptions_appointment_id": Violation(
        409,
        "in_use",
        "field:Prescription.appointment",
        "prescriptions refer to this row",
        missing="Appointment",
    ),
    "uq_appointments_doctor_id": Violation(
        409, "conflict", "unique:Appointment:doctor", "The doctor has another appointment at that time"
    ),
    "uq_appointments_room_id": Violation(
        409, "conflict", "unique:Appointment:room", "The room is taken at that time"
    ),
    "uq_doctors_email": Violation(409, "conflict", "field:Doctor.email", "email is already taken"),
    "uq_invoices_appointment_id": Violation(
        409, "conflict", "field:Invoice.appointment", "appointment_id is already taken"
    ),
    "uq_patients_email": Violation(409, "conflict", "field:Patient.email", "email is already taken"),
    "uq_rooms_name": Violation(409, "conflict", "field:Room.name", "name is already taken"),
}
