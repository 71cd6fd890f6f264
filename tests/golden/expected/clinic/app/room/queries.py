"""Statements about rooms, built once."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, bindparam, delete, insert, select, update

from app.room.models import Room
from app.runtime import sql
from app.runtime.pagination import Listing

rooms = sql.table_of(Room)


def wire(row: FromClause) -> list[ColumnElement[Any]]:
    """Return the columns of a row's JSON, in order."""
    return [
        row.c.id,
        row.c.name,
        row.c.beds,
    ]


_DOCUMENT = sql.document(wire(rooms), rooms)
_DOCUMENTS = select(_DOCUMENT).select_from(rooms)
_ID = rooms.c.id == bindparam("id")
_RETURNED = sql.document(wire(sql.returned(rooms)))
_ROWS = select(rooms)

DOCUMENT = _DOCUMENTS.where(_ID)
EXISTS = select(rooms.c.id).where(_ID)
DELETE_AT = delete(rooms).where(_ID)
CREATE = insert(rooms).returning(_RETURNED)
PATCH = update(rooms).where(rooms.c.id == bindparam("_id")).returning(_RETURNED)
LOCK = sql.locking(_ROWS.where(_ID))
LISTING = Listing(
    _DOCUMENTS,
    key=rooms.c.id,
    filters={
        "beds": rooms.c.beds == bindparam("beds_"),
        "beds_min": rooms.c.beds >= bindparam("beds_min_"),
        "beds_max": rooms.c.beds <= bindparam("beds_max_"),
    },
    sorts={"name": rooms.c.name},
)
