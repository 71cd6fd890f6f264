"""What goes over the wire about cart items."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.runtime.wire import Id, Schema

Quantity = Annotated[int, Field(strict=True, gt=0, le=2147483647)]


class CartItemCreate(Schema):
    """What makes a new cart item."""

    product_id: Id
    quantity: Quantity


class CartItemRead(Schema):
    """A cart item as it is answered."""

    id: UUID
    cart_id: UUID
    product_id: UUID
    quantity: int
    unit_price: Decimal
    subtotal: Decimal


class CartItemSetQuantityInput(Schema):
    """Changes how many of a product are in the cart; 0 takes it out."""

    quantity: Annotated[int, Field(strict=True, ge=0, le=2147483647)]
