"""HTTP of doctors."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

import app.doctor.queries as doctor_queries
import app.doctor.service as service
from app.doctor.filters import DoctorQuery
from app.doctor.schemas import DoctorCreate, DoctorPage, DoctorRead, DoctorUpdate
from app.runtime.endpoints import Connected, RowId, problems
from app.runtime.replies import json_reply, no_content, stored_reply
from app.runtime.routing import PathRow, route_class

router = APIRouter(
    tags=["Doctor"],
    route_class=route_class(
        {
            "/doctors/{id}": [
                PathRow("Doctor", doctor_queries.EXISTS, {"id": "id"}),
            ],
        }
    ),
)


@router.post(
    "/doctors",
    operation_id="create_doctor",
    status_code=201,
    response_model=DoctorRead,
    responses=problems(409, 422),
)
async def create(data: DoctorCreate, database: Connected) -> Response:
    """Create a doctor."""
    stored = await service.create(database, data)
    return stored_reply(stored, f"/doctors/{stored.id}")


@router.get(
    "/doctors",
    operation_id="list_doctor",
    response_model=DoctorPage,
    responses=problems(422),
)
async def list_page(query: Annotated[DoctorQuery, Query()], database: Connected) -> Response:
    """Return a page of doctors."""
    return json_reply(await service.list_page(database, query))


@router.get(
    "/doctors/{id}",
    operation_id="read_doctor",
    response_model=DoctorRead,
    responses=problems(404, 422),
)
async def read(doctor_id: RowId, database: Connected) -> Response:
    """Return a doctor."""
    return json_reply(await service.read(database, doctor_id))


@router.patch(
    "/doctors/{id}",
    operation_id="update_doctor",
    response_model=DoctorRead,
    responses=problems(404, 409, 422),
)
async def update(doctor_id: RowId, data: DoctorUpdate, database: Connected) -> Response:
    """Change some fields of a doctor."""
    return json_reply(await service.update(database, doctor_id, data))


@router.delete(
    "/doctors/{id}",
    operation_id="delete_doctor",
    status_code=204,
    response_class=Response,
    response_model=None,
    responses=problems(404, 409, 422),
)
async def delete(doctor_id: RowId, database: Connected) -> Response:
    """Delete a doctor."""
    await service.delete(database, doctor_id)
    return no_content()
