"""Query parameters of a list of projects."""

from typing import Annotated

from pydantic import Field

from app.runtime.endpoints import ListQuery


class ProjectQuery(ListQuery):
    """What a list of projects can be asked for."""

    limit: Annotated[int, Field(ge=1, le=100)] = 50
    sort: Annotated[
        str | None, Field(description="Comma-separated, a minus for descending: name, created_at")
    ] = None
    q: str | None = None
