"""What can be done with invoices."""

from uuid import UUID

import app.invoice.queries as queries
from app.invoice.filters import InvoiceQuery
from app.invoice.models import Invoice
from app.runtime.database import Database, Transaction
from app.runtime.errors import GuardFailed


async def list_page(database: Database, query: InvoiceQuery) -> str:
    """Return the JSON of a page of invoices."""
    return await queries.LISTING.page(
        database,
        limit=query.limit,
        offset=query.offset,
        sort=query.sort,
        total=query.total,
        filters={"patient_id": query.patient_id, "status": query.status},
    )


async def read(database: Database, invoice_id: UUID) -> str:
    """Return the JSON of an invoice."""
    return await database.document("Invoice", queries.DOCUMENT, id=invoice_id)


async def pay_invoice(database: Database, invoice_id: UUID) -> str:
    """Marks an invoice as paid."""

    async def work(tx: Transaction) -> str:
        invoice = await tx.one(Invoice, queries.LOCK, id=invoice_id)
        if invoice.status != "DUE":
            raise GuardFailed("effect:Invoice.pay_invoice:1", "status must be DUE")
        invoice.status = "PAID"
        await tx.save(queries.UPDATE, invoice)
        return await tx.document("Invoice", queries.DOCUMENT, id=invoice.id)

    return await database.run(work)
