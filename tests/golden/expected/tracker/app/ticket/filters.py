"""Query parameters of a list of tickets."""

from typing import Annotated

from pydantic import Field

from app.enums import Priority, TicketStatus
from app.runtime.endpoints import OR_NULL, ListQuery
from app.runtime.wire import Id


class TicketQuery(ListQuery):
    """What a list of tickets can be asked for."""

    limit: Annotated[int, Field(ge=1, le=100)] = 50
    sort: Annotated[
        str | None,
        Field(
            description="Comma-separated, a minus for descending: number, priority, created_at, updated_at"
        ),
    ] = None
    q: str | None = None
    project_id: Id | None = None
    status: TicketStatus | None = None
    priority: Priority | None = None
    assignee_id: Annotated[Id, OR_NULL] | None = None
    parent_id: Annotated[Id, OR_NULL] | None = None
