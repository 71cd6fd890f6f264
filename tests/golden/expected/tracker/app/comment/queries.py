"""Statements about comments, built once."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, bindparam, delete, insert, select, update

from app.comment.models import Comment
from app.runtime import sql
from app.runtime.pagination import Listing

comments = sql.table_of(Comment)


def wire(row: FromClause) -> list[ColumnElement[Any]]:
    """Return the columns of a row's JSON, in order."""
    return [
        row.c.id,
        row.c.ticket_id,
        row.c.author_id,
        row.c.body,
        sql.moment_text(row.c.created_at).label("created_at"),
    ]


_DOCUMENT = sql.document(wire(comments), comments)
_DOCUMENTS = select(_DOCUMENT).select_from(comments)
_ID = comments.c.id == bindparam("id")
_AT = and_(_ID, comments.c.ticket_id == bindparam("ticket_id"))
_RETURNED = sql.document(wire(sql.returned(comments)))

DOCUMENT_AT = _DOCUMENTS.where(_AT)
EXISTS_AT = select(comments.c.id).where(_AT)
INSERT = insert(comments)
DELETE_AT = delete(comments).where(_AT)
CREATE = insert(comments).returning(_RETURNED)
PATCH = (
    update(comments)
    .where(comments.c.id == bindparam("_id"), comments.c.ticket_id == bindparam("_ticket_id"))
    .returning(_RETURNED)
)
LISTING = Listing(
    _DOCUMENTS.where(comments.c.ticket_id == bindparam("ticket_id")), key=comments.c.id, filters={}, sorts={}
)
