"""Tables of order items."""

from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import Base

if TYPE_CHECKING:
    from app.order.models import Order
    from app.product.models import Product


class OrderItem(Base):
    """A row of order_items."""

    __tablename__ = "order_items"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    order_id: Mapped[UUID] = mapped_column(
        sa.Uuid, sa.ForeignKey("orders.id", name="fk_order_items_order_id", ondelete="CASCADE")
    )
    product_id: Mapped[UUID] = mapped_column(
        sa.Uuid, sa.ForeignKey("products.id", name="fk_order_items_product_id")
    )
    quantity: Mapped[int] = mapped_column(sa.Integer)
    unit_price: Mapped[Decimal] = mapped_column(sa.Numeric(10, 2))

    order: Mapped["Order"] = relationship(back_populates="items", init=False, repr=False, lazy="raise")
    product: Mapped["Product"] = relationship(init=False, repr=False, lazy="raise")

    __table_args__ = (
        sa.CheckConstraint("quantity > 0", name="ck_order_items_quantity_gt"),
        sa.Index("ix_order_items_order_id", "order_id", "id"),
        sa.Index("ix_order_items_product_id", "product_id", "id"),
    )
