"""Statements about products, built once."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Text, bindparam, cast, insert, select, update

from app.product.models import Product
from app.runtime import sql
from app.runtime.pagination import Listing

products = sql.table_of(Product)


def wire(row: FromClause) -> list[ColumnElement[Any]]:
    """Return the columns of a row's JSON, in order."""
    return [
        row.c.id,
        row.c.name,
        row.c.description,
        cast(row.c.price, Text).label("price"),
        row.c.stock,
        row.c.is_active,
    ]


_DOCUMENT = sql.document(wire(products), products)
_DOCUMENTS = select(_DOCUMENT).select_from(products)
_ID = products.c.id == bindparam("id")
_RETURNED = sql.document(wire(sql.returned(products)))
_ROWS = select(products)

DOCUMENT = _DOCUMENTS.where(_ID)
EXISTS = select(products.c.id).where(_ID)
UPDATE = update(products).where(products.c.id == bindparam("_id"))
CREATE = insert(products).returning(_RETURNED)
PATCH = update(products).where(products.c.id == bindparam("_id")).returning(_RETURNED)
SHARE = sql.sharing(_ROWS.where(_ID))
SHARE_ROWS = sql.sharing(_ROWS.where(sql.is_one_of_ids(products.c.id)).order_by(products.c.id))
LOCK = sql.locking(_ROWS.where(_ID))
LOCK_ROWS = sql.locking(_ROWS.where(sql.is_one_of_ids(products.c.id)).order_by(products.c.id))
LISTING = Listing(
    _DOCUMENTS,
    key=products.c.id,
    filters={
        "is_active": products.c.is_active == bindparam("is_active_"),
        "price": products.c.price == bindparam("price_"),
        "price_min": products.c.price >= bindparam("price_min_"),
        "price_max": products.c.price <= bindparam("price_max_"),
    },
    sorts={"name": products.c.name, "price": products.c.price},
    search=(products.c.name,),
    default=products.c.is_active,
    unless=("is_active",),
)
