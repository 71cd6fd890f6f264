"""Query parameters of a list of prescriptions."""

from typing import Annotated

from pydantic import Field

from app.runtime.endpoints import ListQuery


class PrescriptionQuery(ListQuery):
    """What a list of prescriptions can be asked for."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
