"""HTTP of rooms."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

import app.room.queries as room_queries
import app.room.service as service
from app.room.filters import RoomQuery
from app.room.schemas import RoomCreate, RoomPage, RoomRead, RoomUpdate
from app.runtime.endpoints import Connected, RowId, problems
from app.runtime.replies import json_reply, no_content, stored_reply
from app.runtime.routing import PathRow, route_class

router = APIRouter(
    tags=["Room"],
    route_class=route_class(
        {
            "/rooms/{id}": [
                PathRow("Room", room_queries.EXISTS, {"id": "id"}),
            ],
        }
    ),
)


@router.post(
    "/rooms",
    operation_id="create_room",
    status_code=201,
    response_model=RoomRead,
    responses=problems(409, 422),
)
async def create(data: RoomCreate, database: Connected) -> Response:
    """Create a room."""
    stored = await service.create(database, data)
    return stored_reply(stored, f"/rooms/{stored.id}")


@router.get(
    "/rooms",
    operation_id="list_room",
    response_model=RoomPage,
    responses=problems(422),
)
async def list_page(query: Annotated[RoomQuery, Query()], database: Connected) -> Response:
    """Return a page of rooms."""
    return json_reply(await service.list_page(database, query))


@router.get(
    "/rooms/{id}",
    operation_id="read_room",
    response_model=RoomRead,
    responses=problems(404, 422),
)
async def read(room_id: RowId, database: Connected) -> Response:
    """Return a room."""
    return json_reply(await service.read(database, room_id))


@router.patch(
    "/rooms/{id}",
    operation_id="update_room",
    response_model=RoomRead,
    responses=problems(404, 409, 422),
)
async def update(room_id: RowId, data: RoomUpdate, database: Connected) -> Response:
    """Change some fields of a room."""
    return json_reply(await service.update(database, room_id, data))


@router.delete(
    "/rooms/{id}",
    operation_id="delete_room",
    status_code=204,
    response_class=Response,
    response_model=None,
    responses=problems(404, 409, 422),
)
async def delete(room_id: RowId, database: Connected) -> Response:
    """Delete a room."""
    await service.delete(database, room_id)
    return no_content()
