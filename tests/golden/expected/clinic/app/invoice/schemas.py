"""What goes over the wire about invoices."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

from app.enums import InvoiceStatus
from app.runtime.wire import Page, Schema


class InvoiceRead(Schema):
    """A invoice as it is answered."""

    id: UUID
    appointment_id: UUID
    patient_id: UUID
    amount: Decimal
    created_at: dt.datetime
    status: InvoiceStatus


class InvoicePage(Page[InvoiceRead]):
    """A page of invoices."""
