"""What can be done with cart items."""

from uuid import UUID

import app.cart.queries as cart_queries
import app.cart_item.queries as queries
import app.product.queries as product_queries
from app.cart.models import Cart
from app.cart_item.models import CartItem
from app.cart_item.schemas import CartItemCreate, CartItemSetQuantityInput
from app.product.models import Product
from app.runtime.database import Database, Transaction
from app.runtime.errors import GuardFailed
from app.runtime.ids import new_id
from app.runtime.replies import Stored


async def create(database: Database, cart_id: UUID, data: CartItemCreate) -> Stored:
    """Create a cart item; return its id and JSON."""

    async def work(tx: Transaction) -> Stored:
        cart = await tx.one(Cart, cart_queries.LOCK, id=cart_id)
        product = await tx.one(Product, product_queries.SHARE, id=data.product_id)
        cart_item = CartItem(
            id=new_id(),
            cart_id=cart_id,
            product_id=data.product_id,
            quantity=data.quantity,
            unit_price=product.price,
        )
        if cart.status != "OPEN":
            raise GuardFailed("require:CartItem.create:62bc481b", "The cart is checked out")
        existing = await tx.maybe(
            CartItem,
            queries.EXISTING_BY_CART_PRODUCT,
            cart_id=cart_item.cart_id,
            product_id=cart_item.product_id,
        )
        if existing is not None:
            existing.quantity += cart_item.quantity
            cart_item = existing
        if cart_item.quantity > product.stock:
            raise GuardFailed("rule:CartItem:3a6c6b52", "Not enough stock")
        if not product.is_active:
            raise GuardFailed("rule:CartItem:37ef579d", "Product is not active")
        if existing is None:
            await tx.insert(queries.INSERT, cart_item, race=("uq_cart_items_cart_id_product_id",))
        else:
            await tx.save(queries.UPDATE, cart_item)
        return Stored(
            cart_item.id,
            await tx.document("CartItem", queries.DOCUMENT, id=cart_item.id),
            new=existing is None,
        )

    return await database.run(work)


async def set_quantity(
    database: Database, cart_id: UUID, cart_item_id: UUID, data: CartItemSetQuantityInput
) -> None:
    """Changes how many of a product are in the cart; 0 takes it out."""

    async def work(tx: Transaction) -> None:
        cart = await tx.one(Cart, cart_queries.LOCK, id=cart_id)
        cart_item = await tx.one(CartItem, queries.LOCK_AT, id=cart_item_id, cart_id=cart_id)
        await tx.load(CartItem.product, product_queries.SHARE_ROWS, cart_item)
        if cart.status != "OPEN":
            raise GuardFailed("require:CartItem.set_quantity:5c4b64a8", "The cart is checked out")
        if data.quantity == 0:
            await tx.delete(queries.DELETE, cart_item)
        else:
            cart_item.quantity = data.quantity
            if cart_item.quantity > cart_item.product.stock:
                raise GuardFailed("rule:CartItem:3a6c6b52", "Not enough stock")
        await tx.flush(CartItem, queries.UPDATE)

    await database.run(work)
