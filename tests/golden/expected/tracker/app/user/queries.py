"""Statements about users, built once."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, bindparam, insert, select, update

from app.runtime import sql
from app.runtime.pagination import Listing
from app.user.models import User

users = sql.table_of(User)


def wire(row: FromClause) -> list[ColumnElement[Any]]:
    """Return the columns of a row's JSON, in order."""
    return [
        row.c.id,
        row.c.name,
        row.c.email,
        sql.moment_text(row.c.created_at).label("created_at"),
    ]


_DOCUMENT = sql.document(wire(users), users)
_DOCUMENTS = select(_DOCUMENT).select_from(users)
_ID = users.c.id == bindparam("id")
_RETURNED = sql.document(wire(sql.returned(users)))
_ROWS = select(users)

DOCUMENT = _DOCUMENTS.where(_ID)
EXISTS = select(users.c.id).where(_ID)
CREATE = insert(users).returning(_RETURNED)
PATCH = update(users).where(users.c.id == bindparam("_id")).returning(_RETURNED)
SHARE = sql.sharing(_ROWS.where(_ID))
LISTING = Listing(
    _DOCUMENTS, key=users.c.id, filters={}, sorts={"name": users.c.name}, search=(users.c.name, users.c.email)
)
