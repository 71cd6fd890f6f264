"""HTTP of invoices."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

import app.invoice.service as service
from app.invoice.filters import InvoiceQuery
from app.invoice.schemas import InvoicePage, InvoiceRead
from app.runtime.endpoints import Connected, RowId, problems
from app.runtime.replies import json_reply

router = APIRouter(tags=["Invoice"])


@router.get(
    "/invoices",
    operation_id="list_invoice",
    response_model=InvoicePage,
    responses=problems(422),
)
async def list_page(query: Annotated[InvoiceQuery, Query()], database: Connected) -> Response:
    """Return a page of invoices."""
    return json_reply(await service.list_page(database, query))


@router.get(
    "/invoices/{id}",
    operation_id="read_invoice",
    response_model=InvoiceRead,
    responses=problems(404, 422),
)
async def read(invoice_id: RowId, database: Connected) -> Response:
    """Return an invoice."""
    return json_reply(await service.read(database, invoice_id))


@router.post(
    "/invoices/{id}/pay-invoice",
    operation_id="pay_invoice_invoice",
    response_model=InvoiceRead,
    responses=problems(404, 422),
)
async def pay_invoice(invoice_id: RowId, database: Connected) -> Response:
    """Marks an invoice as paid."""
    return json_reply(await service.pay_invoice(database, invoice_id))
