"""Query parameters of a list of users."""

from typing import Annotated

from pydantic import Field

from app.runtime.endpoints import ListQuery


class UserQuery(ListQuery):
    """What a list of users can be asked for."""

    limit: Annotated[int, Field(ge=1, le=100)] = 50
    sort: Annotated[str | None, Field(description="Comma-separated, a minus for descending: name")] = None
    q: str | None = None
