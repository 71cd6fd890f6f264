"""HTTP of carts."""

from fastapi import APIRouter, Response

import app.cart.service as service
from app.cart.schemas import CartCheckoutInput, CartCreate, CartRead
from app.order.schemas import OrderRead
from app.runtime.endpoints import Connected, RowId, problems
from app.runtime.replies import json_reply, stored_reply

router = APIRouter(tags=["Cart"])


@router.post(
    "/carts",
    operation_id="create_cart",
    status_code=201,
    response_model=CartRead,
    responses={200: {"model": CartRead}, **problems(404, 409, 422)},
)
async def create(data: CartCreate, database: Connected) -> Response:
    """Create a cart."""
    stored = await service.create(database, data)
    return stored_reply(stored, f"/carts/{stored.id}")


@router.get(
    "/carts/{id}",
    operation_id="read_cart",
    response_model=CartRead,
    responses=problems(404, 422),
)
async def read(cart_id: RowId, database: Connected) -> Response:
    """Return a cart."""
    return json_reply(await service.read(database, cart_id))


@router.delete(
    "/carts/{id}/items",
    operation_id="clear_cart",
    response_model=CartRead,
    responses=problems(404, 409, 422),
)
async def clear(cart_id: RowId, database: Connected) -> Response:
    """Takes everything out of a cart."""
    return json_reply(await service.clear(database, cart_id))


@router.post(
    "/orders",
    operation_id="checkout_cart",
    status_code=201,
    response_model=OrderRead,
    responses=problems(404, 422),
)
async def checkout(data: CartCheckoutInput, database: Connected) -> Response:
    """Makes an order of everything in the cart and takes it out of stock."""
    stored = await service.checkout(database, data)
    return stored_reply(stored, f"/orders/{stored.id}")
