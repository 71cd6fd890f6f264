"""Query parameters of a list of invoices."""

from typing import Annotated

from pydantic import Field

from app.enums import InvoiceStatus
from app.runtime.endpoints import ListQuery
from app.runtime.wire import Id


class InvoiceQuery(ListQuery):
    """What a list of invoices can be asked for."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    sort: Annotated[
        str | None, Field(description="Comma-separated, a minus for descending: created_at, amount")
    ] = None
    patient_id: Id | None = None
    status: InvoiceStatus | None = None
