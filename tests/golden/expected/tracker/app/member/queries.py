"""Statements about members, built once."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, bindparam, delete, insert, select, update

from app.member.models import Member
from app.runtime import sql
from app.runtime.pagination import Listing

members = sql.table_of(Member)


def wire(row: FromClause) -> list[ColumnElement[Any]]:
    """Return the columns of a row's JSON, in order."""
    return [
        row.c.id,
        row.c.project_id,
        row.c.user_id,
        row.c.role,
    ]


_DOCUMENT = sql.document(wire(members), members)
_DOCUMENTS = select(_DOCUMENT).select_from(members)
_ID = members.c.id == bindparam("id")
_AT = and_(_ID, members.c.project_id == bindparam("project_id"))
_RETURNED = sql.document(wire(sql.returned(members)))
_ROWS = select(members)

DOCUMENT_AT = _DOCUMENTS.where(_AT)
EXISTS_AT = select(members.c.id).where(_AT)
DELETE_AT = delete(members).where(_AT)
CREATE = insert(members).returning(_RETURNED)
PATCH = (
    update(members)
    .where(members.c.id == bindparam("_id"), members.c.project_id == bindparam("_project_id"))
    .returning(_RETURNED)
)
SHARE_ROWS_BY_PROJECT = sql.sharing(
    _ROWS.where(sql.is_one_of_ids(members.c.project_id)).order_by(members.c.id)
)
LISTING = Listing(
    _DOCUMENTS.where(members.c.project_id == bindparam("project_id")), key=members.c.id, filters={}, sorts={}
)
