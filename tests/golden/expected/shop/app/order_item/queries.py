"""Statements about order items, built once."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Text, cast, insert, select

from app.order_item.models import OrderItem
from app.runtime import sql

order_items = sql.table_of(OrderItem)


def wire(row: FromClause) -> list[ColumnElement[Any]]:
    """Return the columns of a row's JSON, in order."""
    return [
        row.c.id,
        row.c.order_id,
        row.c.product_id,
        row.c.quantity,
        cast(row.c.unit_price, Text).label("unit_price"),
        sql.decimal_text(row.c.quantity * row.c.unit_price, 2).label("subtotal"),
    ]


_ROWS = select(order_items)

INSERT = insert(order_items)
SHARE_ROWS_BY_ORDER = sql.sharing(
    _ROWS.where(sql.is_one_of_ids(order_items.c.order_id)).order_by(order_items.c.id)
)
