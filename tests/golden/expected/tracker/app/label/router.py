"""HTTP of labels."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

import app.label.queries as label_queries
import app.label.service as service
from app.label.filters import LabelQuery
from app.label.schemas import LabelCreate, LabelPage, LabelRead, LabelUpdate
from app.runtime.endpoints import Connected, RowId, problems
from app.runtime.replies import json_reply, no_content, stored_reply
from app.runtime.routing import PathRow, route_class

router = APIRouter(
    tags=["Label"],
    route_class=route_class(
        {
            "/labels/{id}": [
                PathRow("Label", label_queries.EXISTS, {"id": "id"}),
            ],
        }
    ),
)


@router.post(
    "/labels",
    operation_id="create_label",
    status_code=201,
    response_model=LabelRead,
    responses=problems(409, 422),
)
async def create(data: LabelCreate, database: Connected) -> Response:
    """Create a label."""
    stored = await service.create(database, data)
    return stored_reply(stored, f"/labels/{stored.id}")


@router.get(
    "/labels",
    operation_id="list_label",
    response_model=LabelPage,
    responses=problems(422),
)
async def list_page(query: Annotated[LabelQuery, Query()], database: Connected) -> Response:
    """Return a page of labels."""
    return json_reply(await service.list_page(database, query))


@router.get(
    "/labels/{id}",
    operation_id="read_label",
    response_model=LabelRead,
    responses=problems(404, 422),
)
async def read(label_id: RowId, database: Connected) -> Response:
    """Return a label."""
    return json_reply(await service.read(database, label_id))


@router.patch(
    "/labels/{id}",
    operation_id="update_label",
    response_model=LabelRead,
    responses=problems(404, 409, 422),
)
async def update(label_id: RowId, data: LabelUpdate, database: Connected) -> Response:
    """Change some fields of a label."""
    return json_reply(await service.update(database, label_id, data))


@router.delete(
    "/labels/{id}",
    operation_id="delete_label",
    status_code=204,
    response_class=Response,
    response_model=None,
    responses=problems(404, 409, 422),
)
async def delete(label_id: RowId, database: Connected) -> Response:
    """Delete a label."""
    await service.delete(database, label_id)
    return no_content()
