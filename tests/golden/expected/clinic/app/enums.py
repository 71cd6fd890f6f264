"""Closed lists of values, states included."""

from typing import Literal

Specialty = Literal["GENERAL", "CARDIOLOGY", "DERMATOLOGY", "PAEDIATRICS"]
Contact = Literal["PHONE", "WEB", "WALK_IN"]
AppointmentStatus = Literal[
    "REQUESTED", "CONFIRMED", "CANCELLED", "CHECKED_IN", "ABSENT", "IN_PROGRESS", "COMPLETED"
]
InvoiceStatus = Literal["DUE", "PAID"]
