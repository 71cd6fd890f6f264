"""Tables of carts."""

from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import Base

if TYPE_CHECKING:
    from app.cart_item.models import CartItem
    from app.customer.models import Customer


class Cart(Base):
    """A row of carts."""

    __tablename__ = "carts"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(
        sa.Uuid, sa.ForeignKey("customers.id", name="fk_carts_customer_id")
    )
    status: Mapped[str] = mapped_column(sa.String(64, collation="C"), server_default="OPEN")

    customer: Mapped["Customer"] = relationship(init=False, repr=False, lazy="raise")
    items: Mapped[list["CartItem"]] = relationship(
        back_populates="cart", init=False, repr=False, lazy="raise"
    )

    __table_args__ = (
        sa.CheckConstraint("status IN ('OPEN', 'CHECKED_OUT')", name="ck_carts_status_values"),
        sa.Index(
            "uq_carts_customer_id", "customer_id", unique=True, postgresql_where=sa.text("status = 'OPEN'")
        ),
        sa.Index("ix_carts_customer_id", "customer_id", "id"),
    )
