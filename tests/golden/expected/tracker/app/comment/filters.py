"""Query parameters of a list of comments."""

from typing import Annotated

from pydantic import Field

from app.runtime.endpoints import ListQuery


class CommentQuery(ListQuery):
    """What a list of comments can be asked for."""

    limit: Annotated[int, Field(ge=1, le=100)] = 50
