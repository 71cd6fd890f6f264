"""Query parameters of a list of orders."""

from typing import Annotated

from pydantic import Field

from app.enums import OrderStatus
from app.runtime.endpoints import ListQuery
from app.runtime.wire import Id


class OrderQuery(ListQuery):
    """What a list of orders can be asked for."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    sort: Annotated[str | None, Field(description="Comma-separated, a minus for descending: created_at")] = (
        None
    )
    customer_id: Id | None = None
    status: OrderStatus | None = None
