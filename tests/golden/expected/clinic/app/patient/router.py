"""HTTP of patients."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

import app.patient.queries as patient_queries
import app.patient.service as service
from app.patient.filters import PatientQuery
from app.patient.schemas import PatientCreate, PatientPage, PatientRead, PatientUpdate
from app.runtime.endpoints import Connected, RowId, problems
from app.runtime.replies import json_reply, no_content, stored_reply
from app.runtime.routing import PathRow, route_class

router = APIRouter(
    tags=["Patient"],
    route_class=route_class(
        {
            "/patients/{id}": [
                PathRow("Patient", patient_queries.EXISTS, {"id": "id"}),
            ],
        }
    ),
)


@router.post(
    "/patients",
    operation_id="create_patient",
    status_code=201,
    response_model=PatientRead,
    responses=problems(409, 422),
)
async def create(data: PatientCreate, database: Connected) -> Response:
    """Create a patient."""
    stored = await service.create(database, data)
    return stored_reply(stored, f"/patients/{stored.id}")


@router.get(
    "/patients",
    operation_id="list_patient",
    response_model=PatientPage,
    responses=problems(422),
)
async def list_page(query: Annotated[PatientQuery, Query()], database: Connected) -> Response:
    """Return a page of patients."""
    return json_reply(await service.list_page(database, query))


@router.get(
    "/patients/{id}",
    operation_id="read_patient",
    response_model=PatientRead,
    responses=problems(404, 422),
)
async def read(patient_id: RowId, database: Connected) -> Response:
    """Return a patient."""
    return json_reply(await service.read(database, patient_id))


@router.patch(
    "/patients/{id}",
    operation_id="update_patient",
    response_model=PatientRead,
    responses=problems(404, 409, 422),
)
async def update(patient_id: RowId, data: PatientUpdate, database: Connected) -> Response:
    """Change some fields of a patient."""
    return json_reply(await service.update(database, patient_id, data))


@router.delete(
    "/patients/{id}",
    operation_id="delete_patient",
    status_code=204,
    response_class=Response,
    response_model=None,
    responses=problems(404, 409, 422),
)
async def delete(patient_id: RowId, database: Connected) -> Response:
    """Delete a patient."""
    await service.delete(database, patient_id)
    return no_content()
