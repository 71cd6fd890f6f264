"""What goes over the wire about carts."""

from uuid import UUID

from app.cart_item.schemas import CartItemRead
from app.enums import CartStatus
from app.runtime.wire import Id, Schema


class CartCreate(Schema):
    """What makes a new cart."""

    customer_id: Id


class CartRead(Schema):
    """A cart as it is answered."""

    id: UUID
    customer_id: UUID
    status: CartStatus
    items: list[CartItemRead]


class CartCheckoutInput(Schema):
    """Makes an order of everything in the cart and takes it out of stock."""

    cart_id: Id
