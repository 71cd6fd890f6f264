"""HTTP of prescriptions."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

import app.appointment.queries as appointment_queries
import app.prescription.service as service
from app.prescription.filters import PrescriptionQuery
from app.prescription.schemas import PrescriptionCreate, PrescriptionPage, PrescriptionRead
from app.runtime.endpoints import Connected, RowId, problems
from app.runtime.replies import json_reply, no_content, stored_reply
from app.runtime.routing import PathRow, route_class

router = APIRouter(
    tags=["Prescription"],
    route_class=route_class(
        {
            "/appointments/{appointment_id}/prescriptions": [
                PathRow("Appointment", appointment_queries.EXISTS, {"id": "appointment_id"}),
            ],
            "/appointments/{appointment_id}/prescriptions/{id}": [
                PathRow("Appointment", appointment_queries.EXISTS, {"id": "appointment_id"}),
            ],
        }
    ),
)


@router.post(
    "/appointments/{appointment_id}/prescriptions",
    operation_id="create_prescription",
    status_code=201,
    response_model=PrescriptionRead,
    responses=problems(404, 422),
)
async def create(appointment_id: UUID, data: PrescriptionCreate, database: Connected) -> Response:
    """Create a prescription."""
    stored = await service.create(database, appointment_id, data)
    return stored_reply(stored, f"/appointments/{appointment_id}/prescriptions/{stored.id}")


@router.get(
    "/appointments/{appointment_id}/prescriptions",
    operation_id="list_prescription",
    response_model=PrescriptionPage,
    responses=problems(404, 422),
)
async def list_page(
    appointment_id: UUID, query: Annotated[PrescriptionQuery, Query()], database: Connected
) -> Response:
    """Return a page of prescriptions."""
    return json_reply(await service.list_page(database, appointment_id, query))


@router.get(
    "/appointments/{appointment_id}/prescriptions/{id}",
    operation_id="read_prescription",
    response_model=PrescriptionRead,
    responses=problems(404, 422),
)
async def read(appointment_id: UUID, prescription_id: RowId, database: Connected) -> Response:
    """Return a prescription."""
    return json_reply(await service.read(database, appointment_id, prescription_id))


@router.delete(
    "/appointments/{appointment_id}/prescriptions/{id}",
    operation_id="delete_prescription",
    status_code=204,
    response_class=Response,
    response_model=None,
    responses=problems(404, 409, 422),
)
async def delete(appointment_id: UUID, prescription_id: RowId, database: Connected) -> Response:
    """Delete a prescription."""
    await service.delete(database, appointment_id, prescription_id)
    return no_content()
