"""Every model, so that `Base.metadata` is complete once this module is imported."""

from app.appointment.models import Appointment
from app.base import Base
from app.doctor.models import Doctor
from app.invoice.models import Invoice
from app.patient.models import Patient
from app.prescription.models import Prescription
from app.room.models import Room

__all__ = [
    "Appointment",
    "Base",
    "Doctor",
    "Invoice",
    "Patient",
    "Prescription",
    "Room",
]
