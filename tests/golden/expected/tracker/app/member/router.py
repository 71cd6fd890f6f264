"""HTTP of members."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

import app.member.queries as member_queries
import app.member.service as service
import app.project.queries as project_queries
from app.member.filters import MemberQuery
from app.member.schemas import MemberCreate, MemberPage, MemberRead, MemberUpdate
from app.runtime.endpoints import Connected, RowId, problems
from app.runtime.replies import json_reply, no_content, stored_reply
from app.runtime.routing import PathRow, route_class

router = APIRouter(
    tags=["Member"],
    route_class=route_class(
        {
            "/projects/{project_id}/members": [
                PathRow("Project", project_queries.EXISTS, {"id": "project_id"}),
            ],
            "/projects/{project_id}/members/{id}": [
                PathRow("Project", project_queries.EXISTS, {"id": "project_id"}),
                PathRow("Member", member_queries.EXISTS_AT, {"id": "id", "project_id": "project_id"}),
            ],
        }
    ),
)


@router.post(
    "/projects/{project_id}/members",
    operation_id="create_member",
    status_code=201,
    response_model=MemberRead,
    responses=problems(404, 409, 422),
)
async def create(project_id: UUID, data: MemberCreate, database: Connected) -> Response:
    """Create a member."""
    stored = await service.create(database, project_id, data)
    return stored_reply(stored, f"/projects/{project_id}/members/{stored.id}")


@router.get(
    "/projects/{project_id}/members",
    operation_id="list_member",
    response_model=MemberPage,
    responses=problems(404, 422),
)
async def list_page(
    project_id: UUID, query: Annotated[MemberQuery, Query()], database: Connected
) -> Response:
    """Return a page of members."""
    return json_reply(await service.list_page(database, project_id, query))


@router.get(
    "/projects/{project_id}/members/{id}",
    operation_id="read_member",
    response_model=MemberRead,
    responses=problems(404, 422),
)
async def read(project_id: UUID, member_id: RowId, database: Connected) -> Response:
    """Return a member."""
    return json_reply(await service.read(database, project_id, member_id))


@router.patch(
    "/projects/{project_id}/members/{id}",
    operation_id="update_member",
    response_model=MemberRead,
    responses=problems(404, 422),
)
async def update(project_id: UUID, member_id: RowId, data: MemberUpdate, database: Connected) -> Response:
    """Change some fields of a member."""
    return json_reply(await service.update(database, project_id, member_id, data))


@router.delete(
    "/projects/{project_id}/members/{id}",
    operation_id="delete_member",
    status_code=204,
    response_class=Response,
    response_model=None,
    responses=problems(404, 409, 422),
)
async def delete(project_id: UUID, member_id: RowId, database: Connected) -> Response:
    """Delete a member."""
    await service.delete(database, project_id, member_id)
    return no_content()
