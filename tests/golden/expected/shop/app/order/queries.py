"""Statements about orders, built once."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, bindparam, func, insert, select, update

import app.order_item.queries as order_item_queries
from app.order.models import Order
from app.order_item.models import OrderItem
from app.runtime import sql
from app.runtime.pagination import Listing

orders = sql.table_of(Order)
order_items = sql.table_of(OrderItem)
item = order_items.alias()


def wire(row: FromClause) -> list[ColumnElement[Any]]:
    """Return the columns of a row's JSON, in order."""
    return [
        row.c.id,
        row.c.customer_id,
        row.c.payment_status,
        sql.decimal_text(
            sql.value_of(
                func.coalesce(func.sum(item.c.unit_price * item.c.quantity), sql.const(0)),
                [item],
                item.c.order_id == row.c.id,
            ),
            2,
        ).label("total_amount"),
        sql.moment_text(row.c.created_at).label("created_at"),
        row.c.status,
        sql.nested(order_item_queries.wire(item), item, item.c.order_id == row.c.id).label("items"),
    ]


_DOCUMENT = sql.document(wire(orders), orders)
_DOCUMENTS = select(_DOCUMENT).select_from(orders)
_ID = orders.c.id == bindparam("id")
_ROWS = select(orders)

DOCUMENT = _DOCUMENTS.where(_ID)
INSERT = insert(orders)
UPDATE = update(orders).where(orders.c.id == bindparam("_id"))
LOCK = sql.locking(_ROWS.where(_ID))
LISTING = Listing(
    _DOCUMENTS,
    key=orders.c.id,
    filters={
        "customer_id": orders.c.customer_id == bindparam("customer_id_"),
        "status": orders.c.status == bindparam("status_"),
    },
    sorts={"created_at": orders.c.created_at},
    default_sort=("-created_at",),
)
