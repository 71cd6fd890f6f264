"""Every table of the application."""

import sqlalchemy as sa
from alembic import op

revision: str = "0001_88e2aa5b"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Create the range types, then the tables, referenced before referring."""
    op.create_table(
        "products",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("name", sa.String(120, collation="C"), nullable=False),
        sa.Column("description", sa.Text(collation="C"), nullable=True),
        sa.Column("price", sa.Numeric(10, 2), nullable=False),
        sa.Column("stock", sa.Integer, nullable=False),
        sa.Column("is_active", sa.Boolean, server_default=sa.text("true"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_products"),
        sa.CheckConstraint("char_length(name) >= 1", name="ck_products_name_min"),
        sa.CheckConstraint("char_length(description) <= 20000", name="ck_products_description_max"),
        sa.CheckConstraint("price > 0", name="ck_products_price_gt"),
        sa.CheckConstraint("stock >= 0", name="ck_products_stock_ge"),
    )
    op.create_index("ix_products_name", "products", ["name", "id"])
    op.create_index("ix_products_price", "products", ["price", "id"])
    op.create_index("ix_products_is_active", "products", ["is_active", "id"])
    op.create_table(
        "customers",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("email", sa.String(254, collation="C"), nullable=False),
        sa.Column("full_name", sa.String(200, collation="C"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_customers"),
        sa.UniqueConstraint("email", name="uq_customers_email"),
        sa.CheckConstraint("char_length(full_name) >= 1", name="ck_customers_full_name_min"),
    )
    op.create_table(
        "carts",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("customer_id", sa.Uuid, nullable=False),
        sa.Column("status", sa.String(64, collation="C"), server_default="OPEN", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_carts"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_carts_customer_id"),
        sa.CheckConstraint("status IN ('OPEN', 'CHECKED_OUT')", name="ck_carts_status_values"),
    )
    op.create_index(
        "uq_carts_customer_id",
        "carts",
        ["customer_id"],
        unique=True,
        postgresql_where=sa.text("status = 'OPEN'"),
    )
    op.create_index("ix_carts_customer_id", "carts", ["customer_id", "id"])
    op.create_table(
        "cart_items",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("cart_id", sa.Uuid, nullable=False),
        sa.Column("product_id", sa.Uuid, nullable=False),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("unit_price", sa.Numeric(10, 2), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cart_items"),
        sa.ForeignKeyConstraint(["cart_id"], ["carts.id"], name="fk_cart_items_cart_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name="fk_cart_items_product_id"),
        sa.UniqueConstraint("cart_id", "product_id", name="uq_cart_items_cart_id_product_id"),
        sa.CheckConstraint("quantity > 0", name="ck_cart_items_quantity_gt"),
    )
    op.create_index("ix_cart_items_product_id", "cart_items", ["product_id", "id"])
    op.create_table(
        "orders",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("customer_id", sa.Uuid, nullable=False),
        sa.Column("payment_status", sa.String(64, collation="C"), server_default="PENDING", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("status", sa.String(64, collation="C"), server_default="PENDING_PAYMENT", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_orders"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_orders_customer_id"),
        sa.CheckConstraint(
            "payment_status IN ('PENDING', 'SIMULATED_OK', 'FAILED')", name="ck_orders_payment_status_values"
        ),
        sa.CheckConstraint(
            "status IN ('PENDING_PAYMENT', 'PAID', 'CANCELLED')", name="ck_orders_status_values"
        ),
    )
    op.create_index("ix_orders_customer_id", "orders", ["customer_id", "id"])
    op.create_index("ix_orders_created_at", "orders", ["created_at", "id"])
    op.create_index("ix_orders_status", "orders", ["status", "id"])
    op.create_table(
        "order_items",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("order_id", sa.Uuid, nullable=False),
        sa.Column("product_id", sa.Uuid, nullable=False),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("unit_price", sa.Numeric(10, 2), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_order_items"),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name="fk_order_items_order_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name="fk_order_items_product_id"),
        sa.CheckConstraint("quantity > 0", name="ck_order_items_quantity_gt"),
    )
    op.create_index("ix_order_items_order_id", "order_items", ["order_id", "id"])
    op.create_index("ix_order_items_product_id", "order_items", ["product_id", "id"])


def downgrade() -> None:
    """Drop everything in the opposite order."""
    op.drop_table("order_items")
    op.drop_table("orders")
    op.drop_table("cart_items")
    op.drop_table("carts")
    op.drop_table("customers")
    op.drop_table("products")
