"""Tables of products."""

from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.base import Base


class Product(Base):
    """A row of products."""

    __tablename__ = "products"

    id: Mapped[UUID] = mapped_column(sa.Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120, collation="C"))
    description: Mapped[str | None] = mapped_column(sa.Text(collation="C"))
    price: Mapped[Decimal] = mapped_column(sa.Numeric(10, 2))
    stock: Mapped[int] = mapped_column(sa.Integer)
    is_active: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.text("true"))

    __table_args__ = (
        sa.CheckConstraint("char_length(name) >= 1", name="ck_products_name_min"),
        sa.CheckConstraint("char_length(description) <= 20000", name="ck_products_description_max"),
        sa.CheckConstraint("price > 0", name="ck_products_price_gt"),
        sa.CheckConstraint("stock >= 0", name="ck_products_stock_ge"),
        sa.Index("ix_products_name", "name", "id"),
        sa.Index("ix_products_price", "price", "id"),
        sa.Index("ix_products_is_active", "is_active", "id"),
    )
