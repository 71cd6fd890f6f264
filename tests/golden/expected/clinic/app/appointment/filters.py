"""Query parameters of a list of appointments."""

from typing import Annotated

from pydantic import Field

from app.enums import AppointmentStatus
from app.runtime.endpoints import ListQuery
from app.runtime.wire import Id, Moment


class AppointmentQuery(ListQuery):
    """What a list of appointments can be asked for."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    sort: Annotated[str | None, Field(description="Comma-separated, a minus for descending: starts_at")] = (
        None
    )
    doctor_id: Id | None = None
    room_id: Id | None = None
    patient_id: Id | None = None
    status: AppointmentStatus | None = None
    starts_at: Moment | None = None
    starts_at_min: Moment | None = None
    starts_at_max: Moment | None = None
