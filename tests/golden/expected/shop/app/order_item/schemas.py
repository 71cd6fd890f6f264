"""What goes over the wire about order items."""

from decimal import Decimal
from uuid import UUID

from app.runtime.wire import Schema


class OrderItemRead(Schema):
    """A order item as it is answered."""

    id: UUID
    order_id: UUID
    product_id: UUID
    quantity: int
    unit_price: Decimal
    subtotal: Decimal
