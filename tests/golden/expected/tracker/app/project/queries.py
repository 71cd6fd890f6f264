"""Statements about projects, built once."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, bindparam, insert, select, update

import app.member.queries as member_queries
from app.member.models import Member
from app.project.models import Project
from app.runtime import sql
from app.runtime.pagination import Listing

projects = sql.table_of(Project)
members = sql.table_of(Member)
member = members.alias()


def wire(row: FromClause) -> list[ColumnElement[Any]]:
    """Return the columns of a row's JSON, in order."""
    return [
        row.c.id,
        row.c.code,
        row.c.name,
        row.c.description,
        row.c.closed_tickets,
        sql.moment_text(row.c.created_at).label("created_at"),
        sql.nested(member_queries.wire(member), member, member.c.project_id == row.c.id).label("members"),
    ]


_DOCUMENT = sql.document(wire(projects), projects)
_DOCUMENTS = select(_DOCUMENT).select_from(projects)
_ID = projects.c.id == bindparam("id")
_RETURNED = sql.document(wire(sql.returned(projects)))
_ROWS = select(projects)

DOCUMENT = _DOCUMENTS.where(_ID)
EXISTS = select(projects.c.id).where(_ID)
UPDATE = update(projects).where(projects.c.id == bindparam("_id"))
CREATE = insert(projects).returning(_RETURNED)
PATCH = update(projects).where(projects.c.id == bindparam("_id")).returning(_RETURNED)
SHARE = sql.sharing(_ROWS.where(_ID))
SHARE_ROWS = sql.sharing(_ROWS.where(sql.is_one_of_ids(projects.c.id)).order_by(projects.c.id))
LOCK_ROWS = sql.locking(_ROWS.where(sql.is_one_of_ids(projects.c.id)).order_by(projects.c.id))
LISTING = Listing(
    _DOCUMENTS,
    key=projects.c.id,
    filters={},
    sorts={"name": projects.c.name, "created_at": projects.c.created_at},
    search=(projects.c.name,),
)
