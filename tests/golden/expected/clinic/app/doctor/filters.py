"""Query parameters of a list of doctors."""

from typing import Annotated

from pydantic import Field

from app.enums import Specialty
from app.runtime.endpoints import ListQuery


class DoctorQuery(ListQuery):
    """What a list of doctors can be asked for."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    sort: Annotated[
        str | None, Field(description="Comma-separated, a minus for descending: full_name, fee")
    ] = None
    q: str | None = None
    specialty: Specialty | None = None
    is_active: bool | None = None
