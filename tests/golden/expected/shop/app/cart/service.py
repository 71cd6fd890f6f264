"""What can be done with carts."""

from uuid import UUID

import app.cart.queries as queries
import app.cart_item.queries as cart_item_queries
import app.customer.queries as customer_queries
import app.order.queries as order_queries
import app.order_item.queries as order_item_queries
import app.product.queries as product_queries
from app.cart.models import Cart
from app.cart.schemas import CartCheckoutInput, CartCreate
from app.cart_item.models import CartItem
from app.order.models import Order
from app.order_item.models import OrderItem
from app.product.models import Product
from app.runtime.database import Database, Transaction
from app.runtime.errors import GuardFailed, found
from app.runtime.ids import new_id
from app.runtime.replies import Stored


async def create(database: Database, data: CartCreate) -> Stored:
    """Create a cart; return its id and JSON."""

    async def work(tx: Transaction) -> Stored:
        found(await tx.fetch_one(customer_queries.EXISTS, id=data.customer_id), "Customer")
        cart = Cart(id=new_id(), customer_id=data.customer_id, status="OPEN")
        existing = await tx.maybe(Cart, queries.EXISTING_BY_CUSTOMER, customer_id=cart.customer_id)
        if existing is not None:
            return Stored(existing.id, await tx.document("Cart", queries.DOCUMENT, id=existing.id), new=False)
        await tx.insert(queries.INSERT, cart, race=("uq_carts_customer_id",))
        return Stored(cart.id, await tx.document("Cart", queries.DOCUMENT, id=cart.id))

    return await database.run(work)


async def read(database: Database, cart_id: UUID) -> str:
    """Return the JSON of a cart."""
    return await database.document("Cart", queries.DOCUMENT, id=cart_id)


async def clear(database: Database, cart_id: UUID) -> str:
    """Takes everything out of a cart."""

    async def work(tx: Transaction) -> str:
        cart = await tx.one(Cart, queries.LOCK, id=cart_id)
        await tx.load(Cart.items, cart_item_queries.LOCK_ROWS_BY_CART, cart)
        if cart.status != "OPEN":
            raise GuardFailed("require:Cart.clear:62bc481b", "The cart is checked out")
        await tx.delete(cart_item_queries.DELETE, *cart.items)
        return await tx.document("Cart", queries.DOCUMENT, id=cart.id)

    return await database.run(work)


async def checkout(database: Database, data: CartCheckoutInput) -> Stored:
    """Makes an order of everything in the cart and takes it out of stock."""

    async def work(tx: Transaction) -> Stored:
        cart = await tx.one(Cart, queries.LOCK, id=data.cart_id)
        await tx.load(Cart.items, cart_item_queries.SHARE_ROWS_BY_CART, cart)
        await tx.load(CartItem.product, product_queries.LOCK_ROWS, *cart.items)
        if cart.status != "OPEN":
            raise GuardFailed("require:Cart.checkout:62bc481b", "The cart is checked out")
        if len(cart.items) <= 0:
            raise GuardFailed("require:Cart.checkout:61705996", "The cart is empty")
        if any(not item.product.is_active for item in cart.items):
            raise GuardFailed("require:Cart.checkout:91681a5b", "A product is not active")
        if any(item.quantity > item.product.stock for item in cart.items):
            raise GuardFailed("require:Cart.checkout:265d3dd6", "Not enough stock")
        order = Order(
            id=new_id(),
            customer_id=cart.customer_id,
            payment_status="PENDING",
            created_at=tx.now,
            status="PENDING_PAYMENT",
        )
        order_items = [
            OrderItem(
                id=new_id(),
                order_id=order.id,
                product_id=cart_item.product_id,
                quantity=cart_item.quantity,
                unit_price=cart_item.unit_price,
            )
            for cart_item in cart.items
        ]
        for item in cart.items:
            item.product.stock -= item.quantity
        cart.status = "CHECKED_OUT"
        await tx.insert(order_queries.INSERT, order)
        await tx.insert(order_item_queries.INSERT, *order_items)
        await tx.flush(Product, product_queries.UPDATE)
        await tx.save(queries.UPDATE, cart)
        if order.status != "PENDING_PAYMENT":
            raise GuardFailed("ensure:Cart.checkout:d5fd4d5f", "Not met: order.status == PENDING_PAYMENT")
        return Stored(order.id, await tx.document("Order", order_queries.DOCUMENT, id=order.id))

    return await database.run(work)
