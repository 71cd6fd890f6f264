"""HTTP of projects."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

import app.project.queries as project_queries
import app.project.service as service
from app.project.filters import ProjectQuery
from app.project.schemas import ProjectCreate, ProjectPage, ProjectRead, ProjectUpdate
from app.runtime.endpoints import Connected, RowId, problems
from app.runtime.replies import json_reply, stored_reply
from app.runtime.routing import PathRow, route_class

router = APIRouter(
    tags=["Project"],
    route_class=route_class(
        {
            "/projects/{id}": [
                PathRow("Project", project_queries.EXISTS, {"id": "id"}),
            ],
        }
    ),
)


@router.post(
    "/projects",
    operation_id="create_project",
    status_code=201,
    response_model=ProjectRead,
    responses=problems(409, 422),
)
async def create(data: ProjectCreate, database: Connected) -> Response:
    """Create a project."""
    stored = await service.create(database, data)
    return stored_reply(stored, f"/projects/{stored.id}")


@router.get(
    "/projects",
    operation_id="list_project",
    response_model=ProjectPage,
    responses=problems(422),
)
async def list_page(query: Annotated[ProjectQuery, Query()], database: Connected) -> Response:
    """Return a page of projects."""
    return json_reply(await service.list_page(database, query))


@router.get(
    "/projects/{id}",
    operation_id="read_project",
    response_model=ProjectRead,
    responses=problems(404, 422),
)
async def read(project_id: RowId, database: Connected) -> Response:
    """Return a project."""
    return json_reply(await service.read(database, project_id))


@router.patch(
    "/projects/{id}",
    operation_id="update_project",
    response_model=ProjectRead,
    responses=problems(404, 422),
)
async def update(project_id: RowId, data: ProjectUpdate, database: Connected) -> Response:
    """Change some fields of a project."""
    return json_reply(await service.update(database, project_id, data))
