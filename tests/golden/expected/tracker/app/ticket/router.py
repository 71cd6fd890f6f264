"""HTTP of tickets."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

import app.ticket.queries as ticket_queries
import app.ticket.service as service
from app.runtime.endpoints import Connected, RowId, problems
from app.runtime.replies import json_reply, stored_reply
from app.runtime.routing import PathRow, route_class
from app.ticket.filters import TicketQuery
from app.ticket.schemas import (
    TicketAddLabelInput,
    TicketAssignInput,
    TicketCloseInput,
    TicketCreate,
    TicketNestInput,
    TicketPage,
    TicketRead,
    TicketRemoveLabelInput,
    TicketUpdate,
)

router = APIRouter(
    tags=["Ticket"],
    route_class=route_class(
        {
            "/tickets/{id}": [
                PathRow("Ticket", ticket_queries.EXISTS, {"id": "id"}),
            ],
            "/tickets/{id}/assign": [
                PathRow("Ticket", ticket_queries.EXISTS, {"id": "id"}),
            ],
            "/tickets/{id}/nest": [
                PathRow("Ticket", ticket_queries.EXISTS, {"id": "id"}),
            ],
            "/tickets/{id}/close": [
                PathRow("Ticket", ticket_queries.EXISTS, {"id": "id"}),
            ],
            "/tickets/{id}/add-label": [
                PathRow("Ticket", ticket_queries.EXISTS, {"id": "id"}),
            ],
            "/tickets/{id}/remove-label": [
                PathRow("Ticket", ticket_queries.EXISTS, {"id": "id"}),
            ],
        }
    ),
)


@router.post(
    "/tickets",
    operation_id="create_ticket",
    status_code=201,
    response_model=TicketRead,
    responses=problems(404, 409, 422),
)
async def create(data: TicketCreate, database: Connected) -> Response:
    """Create a ticket."""
    stored = await service.create(database, data)
    return stored_reply(stored, f"/tickets/{stored.id}")


@router.get(
    "/tickets",
    operation_id="list_ticket",
    response_model=TicketPage,
    responses=problems(422),
)
async def list_page(query: Annotated[TicketQuery, Query()], database: Connected) -> Response:
    """Return a page of tickets."""
    return json_reply(await service.list_page(database, query))


@router.get(
    "/tickets/{id}",
    operation_id="read_ticket",
    response_model=TicketRead,
    responses=problems(404, 422),
)
async def read(ticket_id: RowId, database: Connected) -> Response:
    """Return a ticket."""
    return json_reply(await service.read(database, ticket_id))


@router.patch(
    "/tickets/{id}",
    operation_id="update_ticket",
    response_model=TicketRead,
    responses=problems(404, 422),
)
async def update(ticket_id: RowId, data: TicketUpdate, database: Connected) -> Response:
    """Change some fields of a ticket."""
    return json_reply(await service.update(database, ticket_id, data))


@router.post(
    "/tickets/{id}/assign",
    operation_id="assign_ticket",
    response_model=TicketRead,
    responses=problems(404, 422),
)
async def assign(ticket_id: RowId, data: TicketAssignInput, database: Connected) -> Response:
    """Hands a ticket to a member of its project."""
    return json_reply(await service.assign(database, ticket_id, data))


@router.post(
    "/tickets/{id}/nest",
    operation_id="nest_ticket",
    response_model=TicketRead,
    responses=problems(404, 422),
)
async def nest(ticket_id: RowId, data: TicketNestInput, database: Connected) -> Response:
    """Puts a ticket below another one."""
    return json_reply(await service.nest(database, ticket_id, data))


@router.post(
    "/tickets/{id}/start",
    operation_id="start_ticket",
    response_model=TicketRead,
    responses=problems(404, 422),
)
async def start(ticket_id: RowId, database: Connected) -> Response:
    """Somebody works on it now."""
    return json_reply(await service.start(database, ticket_id))


@router.post(
    "/tickets/{id}/review",
    operation_id="review_ticket",
    response_model=TicketRead,
    responses=problems(404, 422),
)
async def review(ticket_id: RowId, database: Connected) -> Response:
    """Review a ticket."""
    return json_reply(await service.review(database, ticket_id))


@router.post(
    "/tickets/{id}/close",
    operation_id="close_ticket",
    response_model=TicketRead,
    responses=problems(404, 422),
)
async def close(ticket_id: RowId, data: TicketCloseInput, database: Connected) -> Response:
    """Closes a ticket with its resolution; its children must be closed before."""
    return json_reply(await service.close(database, ticket_id, data))


@router.post(
    "/tickets/{id}/reopen",
    operation_id="reopen_ticket",
    response_model=TicketRead,
    responses=problems(404, 422),
)
async def reopen(ticket_id: RowId, database: Connected) -> Response:
    """Reopen a ticket."""
    return json_reply(await service.reopen(database, ticket_id))


@router.post(
    "/tickets/{id}/add-label",
    operation_id="add_label_ticket",
    response_model=TicketRead,
    responses=problems(404, 422),
)
async def add_label(ticket_id: RowId, data: TicketAddLabelInput, database: Connected) -> Response:
    """Add label a ticket."""
    return json_reply(await service.add_label(database, ticket_id, data))


@router.post(
    "/tickets/{id}/remove-label",
    operation_id="remove_label_ticket",
    response_model=TicketRead,
    responses=problems(404, 422),
)
async def remove_label(ticket_id: RowId, data: TicketRemoveLabelInput, database: Connected) -> Response:
    """Remove label a ticket."""
    return json_reply(await service.remove_label(database, ticket_id, data))
