"""Statements about tickets, built once."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Uuid, and_, bindparam, delete, func, insert, select, update

import app.comment.queries as comment_queries
from app.comment.models import Comment
from app.runtime import sql
from app.runtime.pagination import Listing
from app.ticket.models import Ticket, tickets_labels, tickets_number_counters

tickets = sql.table_of(Ticket)
comments = sql.table_of(Comment)
comment = comments.alias()
ticket = tickets.alias()


def wire(row: FromClause) -> list[ColumnElement[Any]]:
    """Return the columns of a row's JSON, in order."""
    return [
        row.c.id,
        row.c.project_id,
        row.c.number,
        row.c.title,
        row.c.body,
        row.c.priority,
        row.c.reporter_id,
        row.c.assignee_id,
        row.c.parent_id,
        row.c.resolution,
        (sql.value_of(func.count(), [comment], comment.c.ticket_id == row.c.id)).label("comment_count"),
        sql.moment_text(row.c.created_at).label("created_at"),
        sql.moment_text(row.c.updated_at).label("updated_at"),
        row.c.status,
        sql.linked_ids(
            tickets_labels.c.label_id, tickets_labels.c.ticket_id == row.c.id, tickets_labels
        ).label("label_ids"),
        sql.nested(comment_queries.wire(comment), comment, comment.c.ticket_id == row.c.id).label("comments"),
    ]


_DOCUMENT = sql.document(wire(tickets), tickets)
_DOCUMENTS = select(_DOCUMENT).select_from(tickets)
_ID = tickets.c.id == bindparam("id")
_ROWS = select(tickets)

DOCUMENT = _DOCUMENTS.where(_ID)
EXISTS = select(tickets.c.id).where(_ID)
INSERT = insert(tickets)
UPDATE = update(tickets).where(tickets.c.id == bindparam("_id"))
SHARE = sql.sharing(_ROWS.where(_ID))
LOCK = sql.locking(_ROWS.where(_ID))
LOCK_ROWS = sql.locking(_ROWS.where(sql.is_one_of_ids(tickets.c.id)).order_by(tickets.c.id))
NEXT_NUMBER = sql.next_number(tickets_number_counters, bindparam("project_id", type_=Uuid()))
ADD_LABELS = sql.add_links(tickets_labels, "ticket_id", "label_id")
REMOVE_LABELS = delete(tickets_labels).where(
    tickets_labels.c.ticket_id == bindparam("id"), sql.is_one_of_ids(tickets_labels.c.label_id)
)
CLEAR_LABELS = delete(tickets_labels).where(tickets_labels.c.ticket_id == bindparam("id"))
LOCK_TABLE = sql.lock_table(tickets)
LISTING = Listing(
    _DOCUMENTS,
    key=tickets.c.id,
    filters={
        "project_id": tickets.c.project_id == bindparam("project_id_"),
        "status": tickets.c.status == bindparam("status_"),
        "priority": tickets.c.priority == bindparam("priority_"),
        "assignee_id": tickets.c.assignee_id == bindparam("assignee_id_"),
        "assignee_id=null": tickets.c.assignee_id.is_(None),
        "parent_id": tickets.c.parent_id == bindparam("parent_id_"),
        "parent_id=null": tickets.c.parent_id.is_(None),
    },
    sorts={
        "number": tickets.c.number,
        "priority": tickets.c.priority,
        "created_at": tickets.c.created_at,
        "updated_at": tickets.c.updated_at,
    },
    default_sort=("-created_at",),
    search=(tickets.c.title,),
    default=tickets.c.status != sql.const("CLOSED"),
    unless=("status",),
)
COUNT_1 = select(
    sql.value_of(
        func.count(),
        [ticket],
        and_(
            ticket.c.parent_id == bindparam("self_id", type_=Uuid()), ticket.c.status != sql.const("CLOSED")
        ),
    ).label("value")
)
