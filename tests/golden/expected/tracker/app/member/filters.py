"""Query parameters of a list of members."""

from typing import Annotated

from pydantic import Field

from app.runtime.endpoints import ListQuery


class MemberQuery(ListQuery):
    """What a list of members can be asked for."""

    limit: Annotated[int, Field(ge=1, le=100)] = 50
