"""HTTP of comments."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

import app.comment.queries as comment_queries
import app.comment.service as service
import app.ticket.queries as ticket_queries
from app.comment.filters import CommentQuery
from app.comment.schemas import CommentCreate, CommentPage, CommentRead, CommentUpdate
from app.runtime.endpoints import Connected, RowId, problems
from app.runtime.replies import json_reply, no_content, stored_reply
from app.runtime.routing import PathRow, route_class

router = APIRouter(
    tags=["Comment"],
    route_class=route_class(
        {
            "/tickets/{ticket_id}/comments": [
                PathRow("Ticket", ticket_queries.EXISTS, {"id": "ticket_id"}),
            ],
            "/tickets/{ticket_id}/comments/{id}": [
                PathRow("Ticket", ticket_queries.EXISTS, {"id": "ticket_id"}),
                PathRow("Comment", comment_queries.EXISTS_AT, {"id": "id", "ticket_id": "ticket_id"}),
            ],
        }
    ),
)


@router.post(
    "/tickets/{ticket_id}/comments",
    operation_id="create_comment",
    status_code=201,
    response_model=CommentRead,
    responses=problems(404, 422),
)
async def create(ticket_id: UUID, data: CommentCreate, database: Connected) -> Response:
    """Create a comment."""
    stored = await service.create(database, ticket_id, data)
    return stored_reply(stored, f"/tickets/{ticket_id}/comments/{stored.id}")


@router.get(
    "/tickets/{ticket_id}/comments",
    operation_id="list_comment",
    response_model=CommentPage,
    responses=problems(404, 422),
)
async def list_page(
    ticket_id: UUID, query: Annotated[CommentQuery, Query()], database: Connected
) -> Response:
    """Return a page of comments."""
    return json_reply(await service.list_page(database, ticket_id, query))


@router.get(
    "/tickets/{ticket_id}/comments/{id}",
    operation_id="read_comment",
    response_model=CommentRead,
    responses=problems(404, 422),
)
async def read(ticket_id: UUID, comment_id: RowId, database: Connected) -> Response:
    """Return a comment."""
    return json_reply(await service.read(database, ticket_id, comment_id))


@router.patch(
    "/tickets/{ticket_id}/comments/{id}",
    operation_id="update_comment",
    response_model=CommentRead,
    responses=problems(404, 422),
)
async def update(ticket_id: UUID, comment_id: RowId, data: CommentUpdate, database: Connected) -> Response:
    """Change some fields of a comment."""
    return json_reply(await service.update(database, ticket_id, comment_id, data))


@router.delete(
    "/tickets/{ticket_id}/comments/{id}",
    operation_id="delete_comment",
    status_code=204,
    response_class=Response,
    response_model=None,
    responses=problems(404, 409, 422),
)
async def delete(ticket_id: UUID, comment_id: RowId, database: Connected) -> Response:
    """Delete a comment."""
    await service.delete(database, ticket_id, comment_id)
    return no_content()
