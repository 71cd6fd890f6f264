"""Statements about carts, built once."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, bindparam, insert, select, update

import app.cart_item.queries as cart_item_queries
from app.cart.models import Cart
from app.cart_item.models import CartItem
from app.runtime import sql

carts = sql.table_of(Cart)
cart_items = sql.table_of(CartItem)
item = cart_items.alias()


def wire(row: FromClause) -> list[ColumnElement[Any]]:
    """Return the columns of a row's JSON, in order."""
    return [
        row.c.id,
        row.c.customer_id,
        row.c.status,
        sql.nested(cart_item_queries.wire(item), item, item.c.cart_id == row.c.id).label("items"),
    ]


_DOCUMENT = sql.document(wire(carts), carts)
_DOCUMENTS = select(_DOCUMENT).select_from(carts)
_ID = carts.c.id == bindparam("id")
_ROWS = select(carts)

DOCUMENT = _DOCUMENTS.where(_ID)
EXISTS = select(carts.c.id).where(_ID)
INSERT = insert(carts)
UPDATE = update(carts).where(carts.c.id == bindparam("_id"))
LOCK = sql.locking(_ROWS.where(_ID))
EXISTING_BY_CUSTOMER = sql.locking(
    _ROWS.where(carts.c.customer_id == bindparam("customer_id"), carts.c.status == sql.const("OPEN"))
)
