"""HTTP of users."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

import app.user.queries as user_queries
import app.user.service as service
from app.runtime.endpoints import Connected, RowId, problems
from app.runtime.replies import json_reply, stored_reply
from app.runtime.routing import PathRow, route_class
from app.user.filters import UserQuery
from app.user.schemas import UserCreate, UserPage, UserRead, UserUpdate

router = APIRouter(
    tags=["User"],
    route_class=route_class(
        {
            "/users/{id}": [
                PathRow("User", user_queries.EXISTS, {"id": "id"}),
            ],
        }
    ),
)


@router.post(
    "/users",
    operation_id="create_user",
    status_code=201,
    response_model=UserRead,
    responses=problems(409, 422),
)
async def create(data: UserCreate, database: Connected) -> Response:
    """Create an user."""
    stored = await service.create(database, data)
    return stored_reply(stored, f"/users/{stored.id}")


@router.get(
    "/users",
    operation_id="list_user",
    response_model=UserPage,
    responses=problems(422),
)
async def list_page(query: Annotated[UserQuery, Query()], database: Connected) -> Response:
    """Return a page of users."""
    return json_reply(await service.list_page(database, query))


@router.get(
    "/users/{id}",
    operation_id="read_user",
    response_model=UserRead,
    responses=problems(404, 422),
)
async def read(user_id: RowId, database: Connected) -> Response:
    """Return an user."""
    return json_reply(await service.read(database, user_id))


@router.patch(
    "/users/{id}",
    operation_id="update_user",
    response_model=UserRead,
    responses=problems(404, 409, 422),
)
async def update(user_id: RowId, data: UserUpdate, database: Connected) -> Response:
    """Change some fields of an user."""
    return json_reply(await service.update(database, user_id, data))
