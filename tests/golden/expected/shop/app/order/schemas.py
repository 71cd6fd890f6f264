"""What goes over the wire about orders."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

from app.enums import OrderStatus, PaymentStatus
from app.order_item.schemas import OrderItemRead
from app.runtime.wire import Page, Schema


class OrderRead(Schema):
    """A order as it is answered."""

    id: UUID
    customer_id: UUID
    payment_status: PaymentStatus
    total_amount: Decimal
    created_at: dt.datetime
    status: OrderStatus
    items: list[OrderItemRead]


class OrderPage(Page[OrderRead]):
    """A page of orders."""
