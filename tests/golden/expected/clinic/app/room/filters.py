"""Query parameters of a list of rooms."""

from typing import Annotated

from pydantic import Field

from app.runtime.endpoints import ListQuery


class RoomQuery(ListQuery):
    """What a list of rooms can be asked for."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    sort: Annotated[str | None, Field(description="Comma-separated, a minus for descending: name")] = None
    beds: Annotated[int, Field(ge=-2147483648, le=2147483647)] | None = None
    beds_min: Annotated[int, Field(ge=-2147483648, le=2147483647)] | None = None
    beds_max: Annotated[int, Field(ge=-2147483648, le=2147483647)] | None = None
