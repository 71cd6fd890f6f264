"""Query parameters of a list of products."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from app.runtime.endpoints import ListQuery
from app.runtime.wire import PLAIN_NUMBER


class ProductQuery(ListQuery):
    """What a list of products can be asked for."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    sort: Annotated[str | None, Field(description="Comma-separated, a minus for descending: name, price")] = (
        None
    )
    q: str | None = None
    is_active: bool | None = None
    price: Annotated[Decimal, PLAIN_NUMBER] | None = None
    price_min: Annotated[Decimal, PLAIN_NUMBER] | None = None
    price_max: Annotated[Decimal, PLAIN_NUMBER] | None = None
