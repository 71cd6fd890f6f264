"""Tables of cart items."""

from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import Base

if TYPE_CHECKING:
    from app.cart.models import Cart
    from app.product.models import Product


class CartItem(Base):
    """A row of cart_items."""

    __tablename__ = "cart_items"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    cart_id: Mapped[UUID] = mapped_column(
        sa.Uuid, sa.ForeignKey("carts.id", name="fk_cart_items_cart_id", ondelete="CASCADE")
    )
    product_id: Mapped[UUID] = mapped_column(
        sa.Uuid, sa.ForeignKey("products.id", name="fk_cart_items_product_id")
    )
    quantity: Mapped[int] = mapped_column(sa.Integer)
    unit_price: Mapped[Decimal] = mapped_column(sa.Numeric(10, 2))

    cart: Mapped["Cart"] = relationship(back_populates="items", init=False, repr=False, lazy="raise")
    product: Mapped["Product"] = relationship(init=False, repr=False, lazy="raise")

    __table_args__ = (
        sa.UniqueConstraint("cart_id", "product_id", name="uq_cart_items_cart_id_product_id"),
        sa.CheckConstraint("quantity > 0", name="ck_cart_items_quantity_gt"),
        sa.Index("ix_cart_items_product_id", "product_id", "id"),
    )
