"""Query parameters of a list of patients."""

from typing import Annotated

from pydantic import Field

from app.runtime.endpoints import ListQuery


class PatientQuery(ListQuery):
    """What a list of patients can be asked for."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    sort: Annotated[
        str | None, Field(description="Comma-separated, a minus for descending: full_name, created_at")
    ] = None
    q: str | None = None
