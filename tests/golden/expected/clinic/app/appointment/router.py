"""HTTP of appointments."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

import app.appointment.queries as appointment_queries
import app.appointment.service as service
from app.appointment.filters import AppointmentQuery
from app.appointment.schemas import (
    AppointmentCompleteInput,
    AppointmentCreate,
    AppointmentPage,
    AppointmentRead,
    AppointmentRescheduleInput,
)
from app.invoice.schemas import InvoiceRead
from app.runtime.endpoints import Connected, RowId, problems
from app.runtime.replies import json_reply, stored_reply
from app.runtime.routing import PathRow, route_class

router = APIRouter(
    tags=["Appointment"],
    route_class=route_class(
        {
            "/appointments/{id}/reschedule": [
                PathRow("Appointment", appointment_queries.EXISTS, {"id": "id"}),
            ],
            "/appointments/{id}/complete": [
                PathRow("Appointment", appointment_queries.EXISTS, {"id": "id"}),
            ],
        }
    ),
)


@router.post(
    "/appointments",
    operation_id="create_appointment",
    status_code=201,
    response_model=AppointmentRead,
    responses=problems(404, 409, 422),
)
async def create(data: AppointmentCreate, database: Connected) -> Response:
    """Create an appointment."""
    stored = await service.create(database, data)
    return stored_reply(stored, f"/appointments/{stored.id}")


@router.get(
    "/appointments",
    operation_id="list_appointment",
    response_model=AppointmentPage,
    responses=problems(422),
)
async def list_page(query: Annotated[AppointmentQuery, Query()], database: Connected) -> Response:
    """Return a page of appointments."""
    return json_reply(await service.list_page(database, query))


@router.get(
    "/appointments/{id}",
    operation_id="read_appointment",
    response_model=AppointmentRead,
    responses=problems(404, 422),
)
async def read(appointment_id: RowId, database: Connected) -> Response:
    """Return an appointment."""
    return json_reply(await service.read(database, appointment_id))


@router.post(
    "/appointments/{id}/confirm",
    operation_id="confirm_appointment",
    response_model=AppointmentRead,
    responses=problems(404, 422),
)
async def confirm(appointment_id: RowId, database: Connected) -> Response:
    """The clinic accepts a requested appointment."""
    return json_reply(await service.confirm(database, appointment_id))


@router.post(
    "/appointments/{id}/reschedule",
    operation_id="reschedule_appointment",
    response_model=AppointmentRead,
    responses=problems(404, 409, 422),
)
async def reschedule(
    appointment_id: RowId, data: AppointmentRescheduleInput, database: Connected
) -> Response:
    """Moves an appointment that has not begun to another time."""
    return json_reply(await service.reschedule(database, appointment_id, data))


@router.post(
    "/appointments/{id}/cancel",
    operation_id="cancel_appointment",
    response_model=AppointmentRead,
    responses=problems(404, 422),
)
async def cancel(appointment_id: RowId, database: Connected) -> Response:
    """Cancels an appointment, at the latest a day before."""
    return json_reply(await service.cancel(database, appointment_id))


@router.post(
    "/appointments/{id}/admit",
    operation_id="admit_appointment",
    response_model=AppointmentRead,
    responses=problems(404, 422),
)
async def admit(appointment_id: RowId, database: Connected) -> Response:
    """The patient has arrived."""
    return json_reply(await service.admit(database, appointment_id))


@router.post(
    "/appointments/{id}/forfeit",
    operation_id="forfeit_appointment",
    response_model=AppointmentRead,
    responses=problems(404, 422),
)
async def forfeit(appointment_id: RowId, database: Connected) -> Response:
    """The patient did not come."""
    return json_reply(await service.forfeit(database, appointment_id))


@router.post(
    "/appointments/{id}/start",
    operation_id="start_appointment",
    response_model=AppointmentRead,
    responses=problems(404, 409, 422),
)
async def start(appointment_id: RowId, database: Connected) -> Response:
    """The visit begins; a doctor sees one patient at a time."""
    return json_reply(await service.start(database, appointment_id))


@router.post(
    "/appointments/{id}/complete",
    operation_id="complete_appointment",
    status_code=201,
    response_model=InvoiceRead,
    responses=problems(404, 409, 422),
)
async def complete(appointment_id: RowId, data: AppointmentCompleteInput, database: Connected) -> Response:
    """Ends the visit, counts it for doctor and patient, and bills it."""
    stored = await service.complete(database, appointment_id, data)
    return stored_reply(stored, f"/invoices/{stored.id}")
