"""What can be done with orders."""

from uuid import UUID

import app.order.queries as queries
import app.order_item.queries as order_item_queries
import app.product.queries as product_queries
from app.order.filters import OrderQuery
from app.order.models import Order
from app.order_item.models import OrderItem
from app.product.models import Product
from app.runtime.database import Database, Transaction
from app.runtime.errors import GuardFailed


async def list_page(database: Database, query: OrderQuery) -> str:
    """Return the JSON of a page of orders."""
    return await queries.LISTING.page(
        database,
        limit=query.limit,
        offset=query.offset,
        sort=query.sort,
        total=query.total,
        filters={"customer_id": query.customer_id, "status": query.status},
    )


async def read(database: Database, order_id: UUID) -> str:
    """Return the JSON of an order."""
    return await database.document("Order", queries.DOCUMENT, id=order_id)


async def pay(database: Database, order_id: UUID) -> str:
    """Pays an order; the payment is simulated."""

    async def work(tx: Transaction) -> str:
        order = await tx.one(Order, queries.LOCK, id=order_id)
        if order.status != "PENDING_PAYMENT":
            raise GuardFailed("require:Order.pay:d5fd4d5f", "The order can not be paid")
        order.status = "PAID"
        order.payment_status = "SIMULATED_OK"
        await tx.save(queries.UPDATE, order)
        return await tx.document("Order", queries.DOCUMENT, id=order.id)

    return await database.run(work)


async def cancel(database: Database, order_id: UUID) -> str:
    """Cancels an order that is not paid and gives its stock back."""

    async def work(tx: Transaction) -> str:
        order = await tx.one(Order, queries.LOCK, id=order_id)
        await tx.load(Order.items, order_item_queries.SHARE_ROWS_BY_ORDER, order)
        await tx.load(OrderItem.product, product_queries.LOCK_ROWS, *order.items)
        if order.status != "PENDING_PAYMENT":
            raise GuardFailed("require:Order.cancel:d5fd4d5f", "Only an unpaid order can be cancelled")
        order.status = "CANCELLED"
        for item in order.items:
            item.product.stock += item.quantity
        await tx.save(queries.UPDATE, order)
        await tx.flush(Product, product_queries.UPDATE)
        return await tx.document("Order", queries.DOCUMENT, id=order.id)

    return await database.run(work)
