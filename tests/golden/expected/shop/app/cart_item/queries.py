"""Statements about cart items, built once."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Text, and_, bindparam, cast, delete, insert, select, update

from app.cart_item.models import CartItem
from app.runtime import sql

cart_items = sql.table_of(CartItem)


def wire(row: FromClause) -> list[ColumnElement[Any]]:
    """Return the columns of a row's JSON, in order."""
    return [
        row.c.id,
        row.c.cart_id,
        row.c.product_id,
        row.c.quantity,
        cast(row.c.unit_price, Text).label("unit_price"),
        sql.decimal_text(row.c.quantity * row.c.unit_price, 2).label("subtotal"),
    ]


_DOCUMENT = sql.document(wire(cart_items), cart_items)
_DOCUMENTS = select(_DOCUMENT).select_from(cart_items)
_ID = cart_items.c.id == bindparam("id")
_AT = and_(_ID, cart_items.c.cart_id == bindparam("cart_id"))
_ROWS = select(cart_items)

DOCUMENT = _DOCUMENTS.where(_ID)
EXISTS_AT = select(cart_items.c.id).where(_AT)
INSERT = insert(cart_items)
UPDATE = update(cart_items).where(cart_items.c.id == bindparam("_id"))
DELETE = delete(cart_items).where(sql.is_one_of_ids(cart_items.c.id))
SHARE_ROWS_BY_CART = sql.sharing(
    _ROWS.where(sql.is_one_of_ids(cart_items.c.cart_id)).order_by(cart_items.c.id)
)
LOCK_AT = sql.locking(_ROWS.where(_AT))
LOCK_ROWS_BY_CART = sql.locking(
    _ROWS.where(sql.is_one_of_ids(cart_items.c.cart_id)).order_by(cart_items.c.id)
)
EXISTING_BY_CART_PRODUCT = sql.locking(
    _ROWS.where(
        cart_items.c.cart_id == bindparam("cart_id"), cart_items.c.product_id == bindparam("product_id")
    )
)
