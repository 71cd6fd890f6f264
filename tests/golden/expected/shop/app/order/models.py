"""Tables of orders."""

import datetime as dt
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.base import Base

if TYPE_CHECKING:
    from app.customer.models import Customer
    from app.order_item.models import OrderItem


class Order(Base):
    """A row of orders."""

    __tablename__ = "orders"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    customer_id: Mapped[UUID] = mapped_column(
        sa.Uuid, sa.ForeignKey("customers.id", name="fk_orders_customer_id")
    )
    payment_status: Mapped[str] = mapped_column(sa.String(64, collation="C"), server_default="PENDING")
    created_at: Mapped[dt.datetime] = mapped_column(
        sa.DateTime(timezone=True), server_default=sa.text("now()")
    )
    status: Mapped[str] = mapped_column(sa.String(64, collation="C"), server_default="PENDING_PAYMENT")

    customer: Mapped["Customer"] = relationship(init=False, repr=False, lazy="raise")
    items: Mapped[list["OrderItem"]] = relationship(
        back_populates="order", init=False, repr=False, lazy="raise"
    )

    __table_args__ = (
        sa.CheckConstraint(
            "payment_status IN ('PENDING', 'SIMULATED_OK', 'FAILED')", name="ck_orders_payment_status_values"
        ),
        sa.CheckConstraint(
            "status IN ('PENDING_PAYMENT', 'PAID', 'CANCELLED')", name="ck_orders_status_values"
        ),
        sa.Index("ix_orders_customer_id", "customer_id", "id"),
        sa.Index("ix_orders_created_at", "created_at", "id"),
        sa.Index("ix_orders_status", "status", "id"),
    )
