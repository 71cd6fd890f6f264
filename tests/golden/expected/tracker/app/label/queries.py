"""Statements about labels, built once."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, bindparam, delete, insert, select, update

from app.label.models import Label
from app.runtime import sql
from app.runtime.pagination import Listing

labels = sql.table_of(Label)


def wire(row: FromClause) -> list[ColumnElement[Any]]:
    """Return the columns of a row's JSON, in order."""
    return [
        row.c.id,
        row.c.name,
        row.c.colour,
    ]


_DOCUMENT = sql.document(wire(labels), labels)
_DOCUMENTS = select(_DOCUMENT).select_from(labels)
_ID = labels.c.id == bindparam("id")
_RETURNED = sql.document(wire(sql.returned(labels)))
_ROWS = select(labels)

DOCUMENT = _DOCUMENTS.where(_ID)
EXISTS = select(labels.c.id).where(_ID)
DELETE_AT = delete(labels).where(_ID)
CREATE = insert(labels).returning(_RETURNED)
PATCH = update(labels).where(labels.c.id == bindparam("_id")).returning(_RETURNED)
SHARE = sql.sharing(_ROWS.where(_ID))
SHARE_ROWS = sql.sharing(_ROWS.where(sql.is_one_of_ids(labels.c.id)).order_by(labels.c.id))
LISTING = Listing(_DOCUMENTS, key=labels.c.id, filters={}, sorts={"name": labels.c.name})
