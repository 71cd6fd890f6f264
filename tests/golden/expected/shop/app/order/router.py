"""HTTP of orders."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

import app.order.service as service
from app.order.filters import OrderQuery
from app.order.schemas import OrderPage, OrderRead
from app.runtime.endpoints import Connected, RowId, problems
from app.runtime.replies import json_reply

router = APIRouter(tags=["Order"])


@router.get(
    "/orders",
    operation_id="list_order",
    response_model=OrderPage,
    responses=problems(422),
)
async def list_page(query: Annotated[OrderQuery, Query()], database: Connected) -> Response:
    """Return a page of orders."""
    return json_reply(await service.list_page(database, query))


@router.get(
    "/orders/{id}",
    operation_id="read_order",
    response_model=OrderRead,
    responses=problems(404, 422),
)
async def read(order_id: RowId, database: Connected) -> Response:
    """Return an order."""
    return json_reply(await service.read(database, order_id))


@router.post(
    "/orders/{id}/pay",
    operation_id="pay_order",
    response_model=OrderRead,
    responses=problems(404, 422),
)
async def pay(order_id: RowId, database: Connected) -> Response:
    """Pays an order; the payment is simulated."""
    return json_reply(await service.pay(database, order_id))


@router.post(
    "/orders/{id}/cancel",
    operation_id="cancel_order",
    response_model=OrderRead,
    responses=problems(404, 422),
)
async def cancel(order_id: RowId, database: Connected) -> Response:
    """Cancels an order that is not paid and gives its stock back."""
    return json_reply(await service.cancel(database, order_id))
